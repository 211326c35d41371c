// What the page says, in two languages.

import * as tasks from "./task-texts.js";

const zh = {
  title: "撤回流程",
  skip: "跳到流程列表",
  language: "English",
  search: "搜索",
  search_hint: "流程名称、编号、发起人",
  initiator: "发起人",
  anybody: "全部",
  system: "系统",
  started: "发起时间",
  any_age: "不限",
  days_ago: (days) => `${days} 天以前`,
  span: "最近有变动",
  days: (days) => `${days} 天内`,
  reload: "刷新",
  retry: "重试",
  caption: (status) => `${status}的流程`,
  process: "流程",
  waiting: "待处理人",
  outcome: "结果",
  select: (name) => `选择 ${name}`,
  select_all: "选择列表中全部可撤回的流程",
  listing: (count) => `正在读取列表，已找到 ${count} 个流程…`,
  loading: (done, all) => `流程详情：已读取 ${done} / ${all}`,
  minutes: (minutes) => `；飞书每分钟允许读取 100 个，约还需 ${minutes} 分钟。可见的行优先，期间可照常操作`,
  unmatched: (count) => `；其中 ${count} 个详情尚未读取，暂时只能按编号筛选`,
  found: (shown, all, status) => `${shown === all ? all : `显示 ${shown} / ${all}`} 个${status}的流程`,
  none: (status) => `没有${status}的流程。`,
  none_found: "没有符合条件的流程。",
  pending: "读取中…",
  unread: "详情无法读取",
  selected: (count) => `已选择 ${count} 个流程`,
  clear: "取消选择",
  withdraw_: "撤回…",
  withdraw: (count) => `撤回 ${count} 个流程`,
  confirm_title: (count) => `撤回 ${count} 个流程？`,
  more: (count) => `以及另外 ${count} 个`,
  reason: "原因（选填，发起人可见）",
  counted: (count) => `${count} / 500 字`,
  too_long: (count) => `${count} 字，超过上限 500 字`,
  confirm_note: "撤回后流程即终止，不能恢复；发起人可重新提交。",
  cancel: "取消",
  close: "关闭",
  progress: "撤回进度",
  progress_text: ({ done, all, good, bad, unknown }) =>
    `已完成 ${done} / ${all}：撤回 ${good}，未撤回 ${bad}，结果未知 ${unknown}`,
  stop: "停止",
  stopped: (count) => `已停止，${count} 个尚未发送，仍可重新选择`,
  go_on: (count) => `继续撤回剩余 ${count} 个`,
  save: "导出结果（CSV）",
  queued: "排队中",
  ours: "已撤回",
  presumed: "已撤回（推定）",
  presumed_why: "服务器的应答丢失；读取后确认流程已撤回，极可能由本次操作完成",
  unattributed: "已撤回（非本次）",
  unattributed_why: "流程已是撤回状态，没有迹象表明由本次操作完成",
  not_withdrawable: (status) => `不能撤回：${status}`,
  not_withdrawn: "未撤回",
  not_sent: "未发送",
  unknown: "结果未知",
  unknown_why: "请求可能已生效。请先重新读取流程，再决定是否重试",
  read_again: "重新读取",
  reading: "读取中…",
  still_running: "仍在进行中",
  still_running_why: "延迟的请求仍可能生效：两分钟后请再次读取；可重新选择",
  log_id: "日志 ID",
  copy: (id) => `复制 ${id}`,
  copied: "已复制",
  offline: "网络已断开。正在进行的撤回由服务器继续执行，网络恢复后显示结果。",
  failed: (what) => `读取失败：${what}`,
  status: "状态",
  number: "编号",
  flow: "流程定义",
  ended: "结束时间",
  summary: "摘要",
  todos: "待办",
  history: "已办",
  opinion: "意见",
  document: "打开单据",
  nobody: "—",
  keys: "键盘操作",
  space: "空格",
  key_search: "搜索",
  key_move: "在流程之间移动",
  key_select: "选择或取消选择",
  key_range: "选择一段",
  key_open: "查看详情",
  key_withdraw: "撤回所选",
  statuses: {
    completed: "已完成",
    in_progress: "进行中",
    rejected: "已拒绝",
    revoked: "已撤销",
    revoking: "撤销中",
    unknown: "未知",
    withdrawn: "已撤回",
  },
  ...tasks.zh,
};

const en = {
  title: "Withdraw processes",
  skip: "Skip to the list of processes",
  language: "中文",
  search: "Search",
  search_hint: "Name, number, initiator",
  initiator: "Initiator",
  anybody: "Anybody",
  system: "The system",
  started: "Started",
  any_age: "Any time",
  days_ago: (days) => (days === 1 ? "More than a day ago" : `More than ${days} days ago`),
  span: "Changed within",
  days: (days) => `${days} days`,
  reload: "Reload",
  retry: "Try again",
  caption: (status) => `Processes: ${status}`,
  process: "Process",
  waiting: "Waiting for",
  outcome: "Outcome",
  select: (name) => `Select ${name}`,
  select_all: "Select every process in the list that can be withdrawn",
  listing: (count) => `Reading the list, ${count} processes so far…`,
  loading: (done, all) => `Details: ${done} of ${all} read`,
  minutes: (minutes) =>
    `; Feishu allows 100 a minute, so about ${minutes} min remain. Visible rows come first, and you can work meanwhile`,
  unmatched: (count) => `; ${count} without details are found by their number only`,
  found: (shown, all, status) => (shown === all ? `${all} ${status}` : `${shown} of ${all} ${status} shown`),
  none: (status) => `No process is ${status}.`,
  none_found: "No process matches.",
  pending: "Reading…",
  unread: "Details cannot be read",
  selected: (count) => `${count} selected`,
  clear: "Clear selection",
  withdraw_: "Withdraw…",
  withdraw: (count) => (count === 1 ? "Withdraw 1 process" : `Withdraw ${count} processes`),
  confirm_title: (count) => (count === 1 ? "Withdraw this process?" : `Withdraw ${count} processes?`),
  more: (count) => `and ${count} more`,
  reason: "Reason (optional; the initiator sees it)",
  counted: (count) => `${count} of 500 characters`,
  too_long: (count) => `${count} characters; at most 500 are taken`,
  confirm_note: "A withdrawn process has ended for good; its initiator can submit it anew.",
  cancel: "Cancel",
  close: "Close",
  progress: "Progress",
  progress_text: ({ done, all, good, bad, unknown }) =>
    `${done} of ${all} done: ${good} withdrawn, ${bad} not withdrawn, ${unknown} unknown`,
  stop: "Stop",
  stopped: (count) => `Stopped; ${count} were not sent and can be selected again`,
  go_on: (count) => `Go on with the other ${count}`,
  save: "Save results (CSV)",
  queued: "Waiting",
  ours: "Withdrawn",
  presumed: "Withdrawn (presumed)",
  presumed_why: "An answer was lost; the process was read and is withdrawn, most probably by this request",
  unattributed: "Withdrawn already",
  unattributed_why: "It is withdrawn, and nothing says that this request did it",
  not_withdrawable: (status) => `Not withdrawable: ${status}`,
  not_withdrawn: "Not withdrawn",
  not_sent: "Not sent",
  unknown: "Unknown",
  unknown_why: "The request may have taken effect: read the process again before you repeat it",
  read_again: "Read again",
  reading: "Reading…",
  still_running: "Still running",
  still_running_why: "A delayed request may still take effect: read again in two minutes. It can be selected again",
  log_id: "Log id",
  copy: (id) => `Copy ${id}`,
  copied: "Copied",
  offline: "The network is gone. A run that was begun goes on at the server; its outcomes show when the network is back.",
  failed: (what) => `Reading failed: ${what}`,
  status: "Status",
  number: "Number",
  flow: "Flow definition",
  ended: "Ended",
  summary: "Summary",
  todos: "To do",
  history: "Done",
  opinion: "Opinion",
  document: "Open the document",
  nobody: "–",
  keys: "Keyboard",
  space: "Space",
  key_search: "search",
  key_move: "move between processes",
  key_select: "select or deselect",
  key_range: "select a range",
  key_open: "show details",
  key_withdraw: "withdraw what is selected",
  statuses: {
    completed: "completed",
    in_progress: "running",
    rejected: "rejected",
    revoked: "revoked",
    revoking: "being revoked",
    unknown: "unknown",
    withdrawn: "withdrawn",
  },
  ...tasks.en,
};

let language = stored() ?? (navigator.language.startsWith("zh") ? "zh" : "en");

/** The texts of the language that is shown. */
export function texts() {
  return language === "zh" ? zh : en;
}

/** Whether it is Chinese. */
export function isChinese() {
  return language === "zh";
}

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  try {
    localStorage.setItem("language", language);
  } catch {
    // A page without storage starts in the browser's language again.
  }
}

/** A name in the language that is shown, else in the other one. */
export function named({ zh_cn, en_us }) {
  return language === "zh" ? zh_cn || en_us : en_us || zh_cn;
}

/** A moment, for people. */
export function moment(milliseconds) {
  const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
  return milliseconds === null ? texts().nobody : format.format(milliseconds);
}

function stored() {
  try {
    return localStorage.getItem("language");
  } catch {
    return null;
  }
}
