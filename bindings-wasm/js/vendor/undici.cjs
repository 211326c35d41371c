// What is used of undici, as one file of the package: none of it is lost in a bundle of the user's own.

exports.Client = require("undici/lib/dispatcher/client.js");
exports.ProxyAgent = require("undici/lib/dispatcher/proxy-agent.js");
exports.buildConnector = require("undici/lib/core/connect.js");

// What undici's main file adds: ProxyAgent opens its tunnels by it.
require("undici/lib/dispatcher/dispatcher.js").prototype.connect = require("undici/lib/api/api-connect.js");
