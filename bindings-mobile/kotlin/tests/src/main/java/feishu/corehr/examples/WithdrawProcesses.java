package feishu.corehr.examples;

import feishu.corehr.BaseUrl;
import feishu.corehr.FutureClient;
import feishu.corehr.RunOptions;
import feishu.corehr.SqliteJournal;
import feishu.corehr.model.Actor;
import feishu.corehr.model.Credentials;
import feishu.corehr.model.User;
import java.util.Arrays;
import java.util.List;

/** Withdraws many processes: `WithdrawProcesses BASE_URL APP_ID APP_SECRET JOURNAL PROCESS_ID…`. */
public final class WithdrawProcesses {
    private WithdrawProcesses() {}

    public static void main(String[] arguments) {
        var credentials = new Credentials.App(arguments[1], arguments[2]);
        try (var client = new FutureClient.Builder(credentials)
                .baseUrl(new BaseUrl.Other(arguments[0]))
                .allowInsecureLoopback(true)
                .build()) {
            withdraw(client, Arrays.asList(arguments).subList(4, arguments.length), arguments[3]);
        }
    }

    // README: manyInJava
    static void withdraw(FutureClient client, List<String> processIds, String journal) {
        var options = new RunOptions().journal(new SqliteJournal(journal));
        var actor = new Actor.System(new User.OpenId("ou_7dab8a3d3cdcc9da365777c7ad535d62"));
        var run = client.withdrawProcesses(processIds, actor, "系统撤回", options);
        var report = run.start(it -> System.out.println(it.getProcessId() + " " + it.getOutcome())).join();
        System.out.println(report.getOurs() + " of " + report.getPlanned() + ", " + report.getEnded());
    }
    // end
}
