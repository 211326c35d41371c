package feishu.corehr

import feishu.corehr.model.FlowTemplate
import feishu.corehr.model.FormVariables
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Process
import feishu.corehr.model.ProcessPage
import feishu.corehr.model.Started
import feishu.corehr.model.TaskPage

/** Answers that came through an HTTP stack of your own. Each method throws a [FeishuException] for a failure. */
public object DecodeReply {
    /** The answer to a withdrawal. */
    public fun withdrawProcess(response: HttpResponse) {
        decoded("withdraw_process", response)
    }

    /** The answer to a revocation. */
    public fun revokeProcess(response: HttpResponse) {
        decoded("revoke_process", response)
    }

    /** The answer to a decision about a task. */
    public fun reviewTask(response: HttpResponse) {
        decoded("review_task", response)
    }

    /** The answer to the handing over of tasks. */
    public fun transferTasks(response: HttpResponse) {
        decoded("transfer_tasks", response)
    }

    /** The answer to the adding of approvers. */
    public fun addApprovers(response: HttpResponse) {
        decoded("add_approvers", response)
    }

    /** The answer to a start. */
    public fun startProcess(response: HttpResponse): Started =
        (decoded("start_process", response) as Decoded.StartProcess).value

    /** The answer to the reading of a process. */
    public fun getProcess(response: HttpResponse): Process =
        (decoded("get_process", response) as Decoded.GetProcess).value

    /** The answer to the reading of a form. */
    public fun getFormVariables(response: HttpResponse): FormVariables =
        (decoded("get_form_variables", response) as Decoded.GetFormVariables).value

    /** The answer to the reading of a flow's data. */
    public fun getFlowVariables(response: HttpResponse): FormVariables =
        (decoded("get_flow_variables", response) as Decoded.GetFlowVariables).value

    /** The answer to the reading of a template. */
    public fun getTemplate(response: HttpResponse): FlowTemplate =
        (decoded("get_template", response) as Decoded.GetTemplate).value

    /** The answer to the request for a page of tasks. */
    public fun listTasks(response: HttpResponse): TaskPage =
        (decoded("list_tasks", response) as Decoded.ListTasks).value

    /** The answer to the request for a page of ids. */
    public fun listProcesses(response: HttpResponse): ProcessPage =
        (decoded("list_processes", response) as Decoded.ListProcesses).value

    private fun decoded(operation: String, response: HttpResponse): Decoded =
        throwing { decodeReply(operation, response) }
}
