// The official Node SDK as the driver of `compare.py`: reads the cases, makes each call, tells how it ended.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// From the folder where it is installed.
const { Client } = createRequire(`${process.argv[2]}/package.json`)("@larksuiteoapi/node-sdk");

const METHODS = {
  add_approvers: "processExtra.update",
  get_flow_variables: "process.flowVariableData",
  get_form_variables: "processFormVariableData.get",
  get_process: "process.get",
  get_template: "processQueryFlowDataTemplate.create",
  list_processes: "process.list",
  list_tasks: "approver.list",
  review_task: "processApprover.update",
  revoke_process: "processRevoke.update",
  start_process: "processStart.create",
  transfer_tasks: "processTransfer.update",
  withdraw_process: "processWithdraw.update",
};

const asked = JSON.parse(readFileSync(0, "utf8"));
const client = new Client({
  appId: asked.app_id,
  appSecret: asked.app_secret,
  domain: asked.http,
  // By default it says on standard output that it is ready.
  logger: { error: console.error, warn: console.error, info() {}, debug() {}, trace() {} },
});
for (const { operation, path, query, body } of asked.cases) {
  const [resource, method] = METHODS[operation].split(".");
  const payload = { path, params: query, ...(body === null ? {} : { data: body }) };
  // An answer with another status than 2xx is thrown.
  const answer = await client.corehr.v2[resource][method](payload).catch((error) => error.response?.data ?? { code: -1, msg: error.message });
  const { code, msg } = answer;
  console.log(JSON.stringify({ operation, by: METHODS[operation], code, msg }));
}
