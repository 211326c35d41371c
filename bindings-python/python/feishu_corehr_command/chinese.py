"""The messages in Chinese, by their English text. A test holds that none is missing."""

TEXTS = {
    # The command itself.
    "Withdraw Feishu (Lark) CoreHR approval processes, one or thousands, and know afterwards what happened.\n\n"
    "The app's id and secret come from FEISHU_APP_ID and FEISHU_APP_SECRET, never from an argument: whoever can "
    "list the programs of a machine sees their arguments.\n\n"
    "Exit codes: 0 all reached, 2 wrong usage (nothing was sent), 3 some not reached, 4 some unresolved, 5 stopped.": (
        "撤回飞书人事（Feishu CoreHR）审批流程，一条或数千条，并在事后确切知道发生了什么。\n\n"
        "应用的 ID 与密钥取自环境变量 FEISHU_APP_ID 与 FEISHU_APP_SECRET，绝不通过命令行参数传入："
        "同一台机器上的其他人可以看到程序的参数。\n\n"
        "退出码：0 全部达成，2 用法错误（未发送任何请求），3 部分未达成，4 部分无法确定，5 已停止。"
    ),
    "stopped": "已停止",
    "error: {error}": "错误：{error}",
    "{process_id}: {error}": "{process_id}：{error}",
    "Write one JSON object a line.": "每行输出一个 JSON 对象。",
    "Commands": "命令",
    # Connections.
    "`feishu` (the default), `lark`, or another URL; or FEISHU_BASE_URL.": "`feishu`（默认）、`lark` 或其他 URL；也可用 FEISHU_BASE_URL。",
    "Read the app's secret from a file, in place of FEISHU_APP_SECRET; /dev/fd/3 is a descriptor.": (
        "从文件读取应用密钥，代替 FEISHU_APP_SECRET；/dev/fd/3 表示文件描述符。"
    ),
    "Let the base URL name another host than Feishu's and Lark's.": "允许接口域名不是飞书或 Lark 的域名。",
    "Let the base URL be plain http on this machine; or FEISHU_INSECURE_LOOPBACK=1.": (
        "允许对本机使用明文 http；也可用 FEISHU_INSECURE_LOOPBACK=1。"
    ),
    "A proxy's URL; or FEISHU_PROXY, which alone may have a password.": "代理的 URL；带密码的代理只能写在 FEISHU_PROXY 中。",
    "Obey HTTPS_PROXY and NO_PROXY, which are ignored by default.": "遵循 HTTPS_PROXY 与 NO_PROXY（默认忽略）。",
    "Roots beside the system's, as PEM; or FEISHU_ROOT_CERTIFICATES.": (
        "系统根证书之外的根证书（PEM 文件）；也可用 FEISHU_ROOT_CERTIFICATES。"
    ),
    "The part of Feishu's quotas to use: 0.5 where another program shares the app.": (
        "使用飞书限频额度的比例；与另一程序共用应用时填 0.5。"
    ),
    "How long one call may take, waiting and resending included: by default 60, a read 120.": (
        "一次调用最长多少秒（含等待与重发）；默认 60，查询 120。"
    ),
    "--secret-file: the file is longer than any secret": "--secret-file：文件过长，不可能是密钥",
    "--secret-file: it cannot be read: {reason}": "--secret-file：无法读取：{reason}",
    "--secret-file: it holds what no secret has: other than ASCII": "--secret-file：含有非 ASCII 字符，不可能是密钥",
    "--proxy: arguments can be seen by others on this machine: give a proxy with a password in FEISHU_PROXY": (
        "--proxy：命令行参数会被本机其他人看到；带密码的代理请写在 FEISHU_PROXY 中"
    ),
    # Ids and files.
    "argument {number}": "第 {number} 个参数",
    "line {number}": "第 {number} 行",
    "{place}: it is empty": "{place}：为空",
    "{place}: {value}: a spreadsheet has made a number of it, and the last digits are lost; "
    "format the column as text there, fill it anew, and export it again": (
        "{place}：{value}：电子表格已把它变成数字，末尾几位已经丢失；请把该列设为文本格式，重新填入后再导出"
    ),
    "{place}: {value} is no process id: an id is a number of 19 digits": "{place}：{value} 不是流程 ID；流程 ID 是 19 位数字",
    "… and {count} more": "……另有 {count} 处",
    "nothing was sent; wrong ids:": "未发送任何请求；有误的 ID：",
    "there are no ids": "没有任何 ID",
    "standard input is empty": "标准输入为空",
    "{name} is neither UTF-8 nor GBK; save it as UTF-8": "{name} 既不是 UTF-8 也不是 GBK；请另存为 UTF-8",
    "{path} is not UTF-8; it was read as GBK": "{path} 不是 UTF-8，已按 GBK 读取",
    "{path} cannot be read: {reason}": "无法读取 {path}：{reason}",
    "{path} is empty": "{path} 为空",
    "{path} has no row below its column names": "{path} 除列名外没有任何数据行",
    "{path} is no CSV: line {line}: {reason}": "{path} 不是 CSV：第 {line} 行：{reason}",
    "say which column has the ids, by --column; {path} has: {columns}": "请用 --column 指明哪一列是 ID；{path} 有这些列：{columns}",
    "{path} has no column {column!r}; it has: {columns}": "{path} 没有 {column!r} 这一列；现有的列：{columns}",
    "{path} has several columns {column!r}; rename all but one": "{path} 有多个名为 {column!r} 的列；请只保留一个",
    "column {column!r}: {count} of {all} ids end with 0000, as {example}: a spreadsheet has rounded them, and "
    "the last digits are lost; format the column as text there, fill it anew, and export it again": (
        "{column!r} 列：{all} 个 ID 中有 {count} 个以 0000 结尾（例如 {example}）：电子表格已将其四舍五入，末尾几位已经丢失；"
        "请把该列设为文本格式，重新填入后再导出"
    ),
    "look at {ids}: does it truly end with 0000, or has a spreadsheet rounded it?": (
        "请核对 {ids}：它确实以 0000 结尾，还是被电子表格四舍五入了？"
    ),
    "{value!r} is no moment: 2026-11-01, 2026-11-01T09:30, 2026-11-01T09:30+08:00, or 7d, 12h, 30m ago": (
        "{value!r} 不是时间；可写 2026-11-01、2026-11-01T09:30、2026-11-01T09:30+08:00，或 7d、12h、30m（之前）"
    ),
    # The filter.
    "Only processes of this flow definition: people_<digits>_<digits>.": "只限该流程定义：people_<数字>_<数字>。",
    "Modified since: 2026-11-01, 2026-11-01T09:30, or 7d, 12h, 30m ago.": (
        "修改时间起点：2026-11-01、2026-11-01T09:30，或 7d、12h、30m（之前）。"
    ),
    "Only processes with this status; may be given several times.": "只限该状态的流程；可多次给出。",
    "Modified until; a day alone is meant to its end. By default now.": "修改时间终点；只写日期表示到当天结束。默认为现在。",
    # list
    "List the ids of processes.": "列出流程 ID。",
    "List the ids of processes that were modified in a span of time, one a line.\n\n"
    "Feishu allows 20 requests a minute, of 100 ids each. A span of 31 days or more is asked for in parts, and an id "
    "that comes twice is written once.": (
        "列出某段时间内修改过的流程的 ID，每行一个。\n\n"
        "飞书每分钟允许 20 次请求，每次 100 个 ID。31 天及以上的时间段会分段查询，重复的 ID 只输出一次。"
    ),
    "End after so many.": "最多列出这么多。",
    "--since is missing: Feishu lists the processes of a span of time only": "缺少 --since：飞书只能按时间段列出流程",
    "listed: {count}": "已列出：{count}",
    # get, wait
    "Read processes.": "查询流程。",
    "Read processes: status, name, initiator, and whom they wait for. With --json, all that Feishu answered.\n\n"
    "PROCESS_ID is a number of 19 digits; `-` reads ids from standard input. Feishu allows 100 reads a minute.": (
        "查询流程：状态、名称、发起人、当前节点。加 --json 输出飞书应答的全部内容。\n\n"
        "PROCESS_ID 是 19 位数字；`-` 表示从标准输入读取。飞书每分钟允许 100 次查询。"
    ),
    "The kind of users' ids to show; by default open_id.": "显示哪一种用户 ID；默认 open_id。",
    "the system": "系统",
    "process id": "流程 ID",
    "status": "状态",
    "name": "名称",
    "initiator": "发起人",
    "started": "发起时间",
    "ended": "结束时间",
    "waiting for": "当前节点",
    "in_progress": "进行中",
    "rejected": "已拒绝",
    "withdrawn": "已撤回",
    "revoked": "已撤销",
    "completed": "已完成",
    "revoking": "撤销中",
    "unknown": "未知",
    "Wait until processes have ended.": "等待流程结束。",
    "Read processes until each has ended, or has come to a status that is named; exit code 3 when the time is over "
    "before. PROCESS_ID is a number of 19 digits; `-` reads ids from standard input.": (
        "反复查询，直到每个流程都结束或到达指定状态；超时则退出码为 3。PROCESS_ID 是 19 位数字；`-` 表示从标准输入读取。"
    ),
    "Wait for this status; may be given several times. By default any end.": "等待该状态；可多次给出。默认为任何结束状态。",
    "How long to wait.": "最长等待时间。",
    # explain
    "Say what a code of Feishu's means, and what to do.": "说明飞书错误码的含义与处理办法。",
    "Say what a code of Feishu's means, what it does to a write, whether to try again, and what to do. Nothing is "
    "sent. The same number can mean different things on different operations; `--operation` names one.": (
        "说明飞书错误码的含义、对写操作的影响、是否应重试以及处理办法；不发送任何请求。"
        "同一个错误码在不同接口上含义可能不同；用 `--operation` 指定接口。"
    ),
    "Only for this operation, for instance withdraw_process.": "只针对该操作，例如 withdraw_process。",
    "--operation: there is no {name!r}; there are {known}": "--operation：没有 {name!r}；现有：{known}",
    "{code}: no page explains it": "{code}：没有文档说明该错误码",
    "code": "错误码",
    "operations": "操作",
    "class": "类别",
    "meaning": "含义",
    "effect of a write": "对写操作的影响",
    "try again": "是否重试",
    "what to do": "怎么办",
    "all": "全部",
    "yes, later": "是，稍后",
    "no": "否",
    "none": "无",
    "applied": "已生效",
    # sandbox
    "Run a local Feishu to try things on.": "运行一个本地飞书，供试用。",
    "Run a local Feishu, with real state and without any effect elsewhere, until Ctrl-C. It prints one line of JSON "
    "with its address and the credentials for it, and says how to set them. It is a package of its own, "
    "feishu-corehr-sandbox; ARGUMENTS are those of its program, for instance --demo-processes 300.": (
        "运行一个有真实状态、对外毫无影响的本地飞书，直到按下 Ctrl-C。它输出一行 JSON，内含地址与凭证，并说明如何设置。"
        "它是单独的包 feishu-corehr-sandbox；ARGUMENTS 是其程序的参数，例如 --demo-processes 300。"
    ),
    "in another terminal:": "在另一个终端中：",
    "the sandbox is not installed: it is a package of its own, feishu-corehr-sandbox; in the repository, "
    "`cargo xtask release` builds its wheel, and `cargo run -p feishu-corehr-sandbox` runs it": (
        "尚未安装本地飞书：它是单独的包 feishu-corehr-sandbox；在代码仓库中，`cargo xtask release` 可构建其 wheel，"
        "`cargo run -p feishu-corehr-sandbox` 可直接运行"
    ),
    # doctor
    "Check credentials, proxy, certificate, clock, scopes and quota.": "检查凭证、代理、证书、时钟、权限与限额。",
    "Check what an app needs: credentials, proxy, connection and certificate, clock, scopes, quota; each with what to "
    "do. It reads only: one page of the list of processes, and one template that does not exist, for which Feishu "
    "wants the scope of writing.": (
        "逐项检查应用所需：凭证、代理、连接与证书、时钟、权限、限额，并说明处理办法。"
        "只做查询：一页流程列表，以及一个不存在的模板（飞书对后者要求写权限）。"
    ),
    "check": "检查项",
    "state": "结果",
    "found": "情况",
    "ok": "正常",
    "look": "留意",
    "failed": "失败",
    "not checked": "未检查",
    "credentials": "凭证",
    "proxy": "代理",
    "connection": "连接",
    "certificate": "证书",
    "clock": "时钟",
    "token": "令牌",
    "scope for reading": "读权限",
    "scope for writing": "写权限",
    "quota": "限额",
    "missing: {names}": "缺少：{names}",
    "set them in the environment; both stand on the app's page in the developer console, under credentials": (
        "请在环境变量中设置；二者见开发者后台中应用的“凭证与基础信息”页"
    ),
    "app {app_id}; a secret is set": "应用 {app_id}；已设置密钥",
    "an earlier check has failed": "前面的检查未通过",
    "grant the app one of {scopes} in the developer console, and publish a version of the app": (
        "请在开发者后台为应用开通 {scopes} 之一，并发布应用版本"
    ),
    "calls are answered; how many are left of the month cannot be read": "调用正常；本月剩余次数无法查询",
    "the developer console shows how many calls the app has made this month": "开发者后台会显示应用本月已用的调用次数",
    "{names} is set, and is not obeyed": "已设置 {names}，但未被采用",
    "give --trust-env if calls must go by that proxy": "如必须经过该代理，请加 --trust-env",
    "set this machine's clock, best by NTP: spans of time are computed from it": "请校准本机时钟（最好用 NTP）：时间段由它计算",
    "trusted; it ends in {days} days": "可信；{days} 天后到期",
    "{host} answers": "{host} 有应答",
    "if this network looks into TLS, give its root certificate by --root-certificates; never go round it": (
        "如果本网络会解密 TLS，请用 --root-certificates 给出其根证书；切勿绕过验证"
    ),
    "calls go by {proxy}": "经由 {proxy}",
    "calls go by what {names} says": "经由 {names} 所指的代理",
    "the server does not tell its time": "服务端没有给出时间",
    "within a minute of the server's": "与服务端相差不到一分钟",
    "{seconds} s ahead of the server's": "比服务端快 {seconds} 秒",
    "{seconds} s behind the server's": "比服务端慢 {seconds} 秒",
    "none: the base URL is plain http": "无：使用的是明文 http",
    "trusted": "可信",
    "Feishu accepts app id and secret": "飞书接受应用 ID 与密钥",
    "check --proxy or FEISHU_PROXY, its user and its password": "请检查 --proxy 或 FEISHU_PROXY 及其用户名与密码",
    "check the network, the base URL, and whether this network wants a proxy (--proxy, --trust-env)": (
        "请检查网络、接口域名，以及本网络是否需要代理（--proxy、--trust-env）"
    ),
    # withdraw, revoke
    "Withdraw running processes.": "撤回进行中的流程。",
    "Withdraw processes that are in progress, and know of each what happened.\n\n"
    "Which: PROCESS_IDs, `-` for standard input, --csv with --column, or those in progress that --since, --until "
    "and --flow leave. Before anything is sent it is told what is about to be done. Ctrl-C lets what is under way come "
    "to its end; a second one stops at once. A run that did not come to its end is gone on with by `runs resume`.": (
        "撤回进行中的流程，并确切知道每一条的结果。\n\n"
        "指定流程的方式：PROCESS_ID、`-`（标准输入）、--csv 加 --column，或用 --since、--until、--flow 筛选进行中的流程。"
        "发送之前会先说明将要做什么。按一次 Ctrl-C 会等正在进行的请求结束，再按一次立即停止。"
        "未做完的任务可用 `runs resume` 继续。"
    ),
    "Revoke completed processes.": "撤销已完成的流程。",
    "Revoke processes that are completed, and know of each what happened. Everything is as for `withdraw`; a "
    "filter chooses among the completed.": "撤销已完成的流程，并确切知道每一条的结果。用法与 `withdraw` 相同；筛选范围为已完成的流程。",
    "Take the ids from a CSV file, UTF-8 or GBK.": "从 CSV 文件（UTF-8 或 GBK）读取 ID。",
    "Which column of that file has the ids.": "该文件中哪一列是 ID。",
    "Act as the system.": "以系统身份操作。",
    "Act as this user: who started the processes, or administers.": "以该用户身份操作：流程发起人或管理员。",
    "The kind of that id.": "该 ID 的类型。",
    "Why, for people: at most 500 characters.": "原因，供人查看：最多 500 字。",
    "Say what would be done, and write nothing.": "只说明将要做什么，不做任何写操作。",
    "Do not ask; above 20 processes it is asked for their number.": "不再询问；超过 20 条时默认会要求输入条数。",
    "Refuse any other number of processes.": "条数不符则拒绝执行。",
    "Read so many processes before; Feishu allows 100 reads a minute.": "事先查询这么多条；飞书每分钟允许 100 次查询。",
    "Read each process before it is written.": "每条写入之前先查询。",
    "What to do where an answer was lost and the app may not read; by default best_effort.": (
        "应答丢失而应用无权查询时怎么办；默认 best_effort。"
    ),
    "What a process is that is there already; by default a success.": "流程已处于目标状态时算什么；默认算成功。",
    "So many at once, at most.": "最多同时进行这么多条。",
    "Pause after so many failures.": "失败这么多条后暂停。",
    "Keep the run in this file; one that is there is gone on with.": "把任务记录在该文件中；文件已存在则继续该任务。",
    "Keep no journal; the run cannot be gone on with.": "不记录；任务中断后无法继续。",
    "Keep the reason in the journal, and not only its digest.": "在记录中保存原因本身，而不仅是其摘要。",
    "Write a report: .csv, .json or .html.": "写出报告：.csv、.json 或 .html。",
    "--journal and --no-journal exclude each other": "--journal 与 --no-journal 不能同时使用",
    "there are {count} processes, and not {expect}; nothing was sent": "共有 {count} 条流程，而不是 {expect} 条；未发送任何请求",
    "journal: {path}": "任务记录：{path}",
    "say who acts: either --as-system or --as-user": "请指明操作人：--as-system 或 --as-user，二选一",
    "say which processes in one way: ids, `-` for standard input, --csv with --column, or --since and so on": (
        "请只用一种方式指定流程：ID、`-`（标准输入）、--csv 加 --column，或 --since 等筛选条件"
    ),
    "--column says which column of a --csv file": "--column 用于指明 --csv 文件中的列",
    "--status: only processes that are {status} can be chosen here": "--status：此处只能筛选{status}的流程",
    "no process is like that": "没有符合条件的流程",
    "reading {count} of {all}: nothing is changed by it": "正在查询 {all} 条中的 {count} 条：不会改动任何内容",
    "what they are is not known: {error}": "无法得知这些流程的情况：{error}",
    "to withdraw: {count}": "将撤回：{count}",
    "to revoke: {count}": "将撤销：{count}",
    "  ids that were there before, and are dropped: {count}": "  重复而被忽略的 ID：{count}",
    "  of {count} that were read:": "  已查询 {count} 条：",
    "flows": "流程定义",
    "initiators": "发起人",
    "  time: about {time} at {rate:g} a second": "  用时：约 {time}（每秒 {rate:g} 条）",
    "  calls of the month: {count}, and a read more for each lost answer; this plan took {plan}": (
        "  占用本月调用次数：{count}，每丢失一个应答再加一次查询；本次预览已用 {plan} 次"
    ),
    "possible": "可操作",
    "done already": "已处于目标状态",
    "not possible": "不可操作",
    "not read": "未查询",
    "not readable": "查询失败",
    "dry run: nothing was written; a process may have changed by the time that something is": (
        "预演：未做任何写操作；真正执行时流程可能已有变化"
    ),
    "more than {most} processes want --yes where nobody can be asked; nothing was sent": (
        "超过 {most} 条而无法询问时必须加 --yes；未发送任何请求"
    ),
    "type the number of processes to go on": "请输入流程条数以继续",
    "that is not {count}; nothing was sent": "输入的不是 {count}；未发送任何请求",
    "stopping: what is under way is waited for, at most 10 s; Ctrl-C again stops at once": (
        "正在停止：等待进行中的请求结束，最多 10 秒；再按一次 Ctrl-C 立即停止"
    ),
    "{rate:.0f} a second": "每秒 {rate:.0f} 条",
    "{time} left": "剩余 {time}",
    "there is no journal: this run cannot be gone on with": "没有任务记录：该任务无法继续",
    "to go on with it: feishu-corehr runs resume {path}": "继续该任务：feishu-corehr runs resume {path}",
    "the journal's folder {path} cannot be made: {reason}; say where by --journal, or --no-journal": (
        "无法建立任务记录的目录 {path}：{reason}；请用 --journal 指定文件，或用 --no-journal"
    ),
    # Results and reports.
    "result": "结果",
    "count": "条数",
    "what happened": "发生了什么",
    "log id": "log id（日志 ID）",
    "ours": "已完成",
    "presumed": "推定完成",
    "unattributed": "早已完成",
    "not_withdrawable": "不可操作",
    "unresolved": "无法确定",
    "not_attempted": "未发送",
    "done: the server said so": "已完成：服务端已确认",
    "done: an answer was lost, most probably by this run": "已完成：应答曾丢失，极可能由本次完成",
    "done already, and by no answer to this run": "早已完成：并非由本次的应答确认",
    "not possible in the status that it has": "流程当前的状态不可操作",
    "refused by the server": "被服务端拒绝",
    "not known: look at it before it is tried again": "无法确定：再次尝试之前请先查看",
    "not sent, or without effect": "未发送，或未产生任何影响",
    "complete": "已做完",
    "paused": "已暂停",
    "cancelled": "已取消",
    "broken off": "中断",
    "{reached} of {planned} reached; the run: {ended}": "{planned} 条中已达成 {reached} 条；任务：{ended}",
    "… and {count} more; --report has all": "……另有 {count} 条；--report 中有全部",
    "report: {path}": "报告：{path}",
    "--report: the name must end with .csv, .json or .html": "--report：文件名必须以 .csv、.json 或 .html 结尾",
    "--report: {path} cannot be written": "--report：无法写入 {path}",
    "feishu-corehr: report": "feishu-corehr 报告",
    "search": "搜索",
    # runs
    "Show, resume and export the journals of runs.": "查看、继续、导出任务记录。",
    "The journals of runs.": "任务记录。",
    "Show what a run came to; without FILE, all runs in the folder where they are kept.": (
        "查看一个任务的结果；不给 FILE 则列出默认目录中的全部任务。"
    ),
    "Write a report of a run as a file: .csv, .json or .html, by the end of REPORT.": (
        "把任务的报告写成文件：.csv、.json 或 .html，由 REPORT 的扩展名决定。"
    ),
    "Go on with a run: what has ended is never sent again, and what may have been sent is read before. App, "
    "base URL and reason must be those of the run.": (
        "继续一个任务：已有结果的绝不再发送，可能已发送的会先查询。应用、接口域名与原因必须与该任务相同。"
    ),
    "The run's reason, where its journal keeps only a digest.": "该任务的原因（若记录中只存有摘要）。",
    "journal": "任务记录",
    "operation": "操作",
    "base URL": "接口域名",
    "app": "应用",
    "journals in {path}: {count}": "{path} 中的任务记录：{count}",
    "ended: {done} of {all}; left: {left}": "{all} 条中已结束 {done} 条；剩余 {left} 条",
    "{path} is of a run that never began": "{path} 所属的任务从未开始",
    "there is no journal {path}": "没有任务记录 {path}",
    "{path} is of version {version}, which this version does not read": "{path} 的版本为 {version}，当前程序无法读取",
    "{path} does not say who acted": "{path} 没有记录操作人",
    "the run has a reason, of which the journal keeps a digest only: give it by --reason": (
        "该任务带有原因，而记录中只有其摘要：请用 --reason 给出"
    ),
    "{path} is no journal that can be read: {reason}": "{path} 不是可读取的任务记录：{reason}",
    "{path} is in use by a run": "{path} 正被一个任务使用",
    # call, settle
    "Call any method and path of Feishu's API.": "调用飞书的任意接口。",
    "Call any method and path of Feishu's API, and write the `data` of the answer as JSON.\n\n"
    "PATH begins with /open-apis/, its parameters in braces: /open-apis/contact/v3/departments/{id}. A GET is "
    "repeated where an answer is lost; all others are sent once, and end with exit code 4 where it is not known "
    "whether they took effect.": (
        "调用飞书的任意接口，并以 JSON 输出应答中的 `data`。\n\n"
        "PATH 以 /open-apis/ 开头，路径参数写在花括号中：/open-apis/contact/v3/departments/{id}。"
        "GET 在应答丢失时会重试；其他方法只发送一次，若无法确定是否生效，退出码为 4。"
    ),
    "What stands for {NAME}.": "{NAME} 的取值。",
    "A parameter of the query.": "一个查询参数。",
    "The body: JSON, @FILE, or - for standard input.": "请求体：JSON、@文件，或用 - 表示标准输入。",
    "The quota that Feishu's page names for it.": "飞书文档给出的限频。",
    "Say what would be sent, and send nothing.": "只说明将发送什么，不发送。",
    "Write one line, with HTTP status, headers and log id.": "输出一行，含 HTTP 状态、响应头与 log id。",
    "log id: {log_id}": "log id：{log_id}",
    "{option}: {value} is not NAME=VALUE": "{option}：{value} 不是 NAME=VALUE 的形式",
    "--body is not JSON: {reason}": "--body 不是 JSON：{reason}",
    "Find out how writes have ended whose answers were lost.": "查明应答丢失的写操作的结果。",
    "Find out how a withdrawal or a revocation has ended that ended as unresolved: done, not done (it is safe "
    "to send it again), elsewhere, or unclear. It may take two minutes, in which a request can still be on its way.\n\n"
    "PROCESS_ID is a number of 19 digits; `-` reads ids from standard input.": (
        "查明结果为“无法确定”的撤回或撤销究竟如何：已完成、未完成（可以安全地重新发送）、处于其他状态，或仍不清楚。"
        "最长可能需要两分钟，因为请求可能仍在途中。\n\n"
        "PROCESS_ID 是 19 位数字；`-` 表示从标准输入读取。"
    ),
    "When it was sent, or later: 2026-11-01T09:30, or 30m ago.": "发送的时间或更晚：2026-11-01T09:30，或 30m（之前）。",
    "Where it was to lead.": "目标状态。",
    "done": "已完成",
    "not_done": "未完成",
    "elsewhere": "处于其他状态",
    "unclear": "不清楚",
}
