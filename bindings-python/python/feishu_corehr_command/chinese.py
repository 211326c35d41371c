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
    "result": "结果",
    "what happened": "发生了什么",
    "log id": "log id（日志 ID）",
    "done": "已完成",
    "not_done": "未完成",
    "elsewhere": "处于其他状态",
    "unclear": "不清楚",
}
