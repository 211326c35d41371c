package feishu.corehr.examples;

import feishu.corehr.BaseUrl;
import feishu.corehr.FeishuException;
import feishu.corehr.FutureClient;
import feishu.corehr.model.Actor;
import feishu.corehr.model.Credentials;
import feishu.corehr.model.User;
import java.util.concurrent.CompletionException;

/** Withdraws one process: `WithdrawProcess BASE_URL APP_ID APP_SECRET PROCESS_ID`. */
public final class WithdrawProcess {
    private WithdrawProcess() {}

    public static void main(String[] arguments) {
        // README: java
        var credentials = new Credentials.App(arguments[1], arguments[2]);
        try (var client = new FutureClient.Builder(credentials)
                .baseUrl(new BaseUrl.Other(arguments[0]))
                .allowInsecureLoopback(true)
                .build()) {
            var actor = new Actor.System(new User.OpenId("ou_7dab8a3d3cdcc9da365777c7ad535d62"));
            var done = client.withdrawProcess(arguments[3], actor, "系统撤回").join();
            System.out.println(done.getAttribution() + " " + done.getLogId());
        } catch (CompletionException failed) {
            var error = (FeishuException) failed.getCause();
            System.out.println(error);
            System.out.println(error.getEffect());
        }
        // end
    }
}
