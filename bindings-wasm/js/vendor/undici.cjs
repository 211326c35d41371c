// What is used of undici, as one file of the package: none of it is lost in a bundle of the user's own.

exports.Pool = require("undici/lib/dispatcher/pool.js");
exports.ProxyAgent = require("undici/lib/dispatcher/proxy-agent.js");
