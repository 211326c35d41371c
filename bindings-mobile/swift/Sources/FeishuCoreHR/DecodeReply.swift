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

    /// The answer to a decision about a task.
    public static func reviewTask(_ response: HttpResponse) throws(FeishuError) {
        _ = try decoded("review_task", response)
    }

    /// The answer to the handing over of tasks.
    public static func transferTasks(_ response: HttpResponse) throws(FeishuError) {
        _ = try decoded("transfer_tasks", response)
    }

    /// The answer to the adding of approvers.
    public static func addApprovers(_ response: HttpResponse) throws(FeishuError) {
        _ = try decoded("add_approvers", response)
    }

    /// The answer to a start.
    public static func startProcess(_ response: HttpResponse) throws(FeishuError) -> Started {
        guard case .startProcess(let started) = try decoded("start_process", response) else { throw foreign }
        return started
    }

    /// The answer to the reading of a process.
    public static func getProcess(_ response: HttpResponse) throws(FeishuError) -> FeishuCoreHRGenerated.Process {
        guard case .getProcess(let process) = try decoded("get_process", response) else { throw foreign }
        return process
    }

    /// The answer to the reading of a form.
    public static func getFormVariables(_ response: HttpResponse) throws(FeishuError) -> FormVariables {
        guard case .getFormVariables(let form) = try decoded("get_form_variables", response) else { throw foreign }
        return form
    }

    /// The answer to the reading of a flow's data.
    public static func getFlowVariables(_ response: HttpResponse) throws(FeishuError) -> FormVariables {
        guard case .getFlowVariables(let flow) = try decoded("get_flow_variables", response) else { throw foreign }
        return flow
    }

    /// The answer to the reading of a template.
    public static func getTemplate(_ response: HttpResponse) throws(FeishuError) -> FlowTemplate {
        guard case .getTemplate(let template) = try decoded("get_template", response) else { throw foreign }
        return template
    }

    /// The answer to the request for a page of tasks.
    public static func listTasks(_ response: HttpResponse) throws(FeishuError) -> TaskPage {
        guard case .listTasks(let page) = try decoded("list_tasks", response) else { throw foreign }
        return page
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
