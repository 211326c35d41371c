import FeishuCoreHRGenerated

/// Answers that came through an HTTP stack of your own. Each function throws a ``FeishuError`` for a failure.
public enum DecodeReply {
    /// The answer to a withdrawal.
    public static func withdrawProcess(_ response: HttpResponse) throws(FeishuError) {
        try throwing { try decodeWithdrawProcess(response: response) }
    }

    /// The answer to the reading of a process.
    public static func getProcess(_ response: HttpResponse) throws(FeishuError) -> FeishuCoreHRGenerated.Process {
        try throwing { try decodeGetProcess(response: response) }
    }

    /// The answer to the request for a page of ids.
    public static func listProcesses(_ response: HttpResponse) throws(FeishuError) -> ProcessPage {
        try throwing { try decodeListProcesses(response: response) }
    }
}
