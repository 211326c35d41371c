import FeishuCoreHRGenerated

/// Answers that came through an HTTP stack of your own. Each function throws a ``FeishuError`` for a failure.
public enum DecodeReply {
    /// The answer to a withdrawal.
    public static func withdrawProcess(_ response: HttpResponse) throws(FeishuError) {
        _ = try decoded("withdraw_process", response)
    }

    /// The answer to a revocation.
    public static func revokeProcess(_ response: HttpResponse) throws(FeishuError) {
        _ = try decoded("revoke_process", response)
    }

    /// The answer to the reading of a process.
    public static func getProcess(_ response: HttpResponse) throws(FeishuError) -> FeishuCoreHRGenerated.Process {
        guard case .getProcess(let process) = try decoded("get_process", response) else { throw foreign }
        return process
    }

    /// The answer to the request for a page of ids.
    public static func listProcesses(_ response: HttpResponse) throws(FeishuError) -> ProcessPage {
        guard case .listProcesses(let page) = try decoded("list_processes", response) else { throw foreign }
        return page
    }

    private static func decoded(_ operation: String, _ response: HttpResponse) throws(FeishuError) -> Decoded {
        try throwing { try decodeReply(operation: operation, response: response) }
    }
}
