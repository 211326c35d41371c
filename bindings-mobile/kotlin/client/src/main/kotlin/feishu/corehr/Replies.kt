package feishu.corehr

import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Process
import feishu.corehr.model.ProcessPage

/** Answers that came through an HTTP stack of your own. Each method throws a [FeishuException] for a failure. */
public object DecodeReply {
    /** The answer to a withdrawal. */
    public fun withdrawProcess(response: HttpResponse): Unit = throwing { decodeWithdrawProcess(response) }

    /** The answer to the reading of a process. */
    public fun getProcess(response: HttpResponse): Process = throwing { decodeGetProcess(response) }

    /** The answer to the request for a page of ids. */
    public fun listProcesses(response: HttpResponse): ProcessPage = throwing { decodeListProcesses(response) }
}
