package feishu.corehr

import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Process
import feishu.corehr.model.ProcessPage

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

    /** The answer to the reading of a process. */
    public fun getProcess(response: HttpResponse): Process =
        (decoded("get_process", response) as Decoded.GetProcess).value

    /** The answer to the request for a page of ids. */
    public fun listProcesses(response: HttpResponse): ProcessPage =
        (decoded("list_processes", response) as Decoded.ListProcesses).value

    private fun decoded(operation: String, response: HttpResponse): Decoded =
        throwing { decodeReply(operation, response) }
}
