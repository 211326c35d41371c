/** Certificates that are trusted beside those that Node trusts: read when the client is made, and parsed once for all connections. */

import type { SecureContext } from "node:tls";

import { builtin } from "./builtin.js";
import type { Problem } from "./core.js";

/** The certificates of an option, each a PEM text of its own; a text may hold many. */
export function certificates(value: unknown, problems: Problem[]): string[] {
  if (value === undefined || value === null) {
    return [];
  }
  const found: string[] = [];
  const problem = (place: string, rule: string): void => {
    problems.push({ field: `root_certificates${place}`, rule });
  };
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  if (texts.length === 0) {
    problem("", "is an empty list; leave it out to trust what Node trusts");
  }
  for (const [index, text] of texts.entries()) {
    const place = Array.isArray(value) ? `[${index}]` : "";
    if (typeof text !== "string") {
      problem(place, "must be a text: the certificate as PEM");
      continue;
    }
    const blocks = [...text.matchAll(BLOCK)].map(([block]) => block);
    if (blocks.length === 0) {
      problem(place, "holds no certificate; as PEM it begins with `-----BEGIN CERTIFICATE-----`");
    }
    for (const [number, block] of blocks.entries()) {
      if (isCertificate(block)) {
        found.push(block);
      } else {
        problem(place, `holds a certificate that cannot be read: the ${number + 1}. of ${blocks.length}`);
      }
    }
  }
  return found;
}

/** What every connection of a client trusts. */
export function secureContext(more: readonly string[]): SecureContext {
  const tls = builtin("node:tls") as typeof import("node:tls") & { getCACertificates?: () => string[] };
  const options = { minVersion: "TLSv1.2" } as const;
  if (more.length === 0) {
    return tls.createSecureContext(options);
  }
  if (tls.getCACertificates !== undefined) {
    return tls.createSecureContext({ ...options, ca: [...tls.getCACertificates(), ...more] });
  }
  // Before Node 22.15 nothing tells what Node trusts: it may be its own list or OpenSSL's. A context that is given no
  // `ca` has it, but loses what the environment adds as soon as one is added.
  const context = tls.createSecureContext(options);
  for (const pem of [...ofEnvironment(), ...more]) {
    (context.context as { addCACert(pem: string): void }).addCACert(pem);
  }
  return context;
}

/** What NODE_EXTRA_CA_CERTS names. Node warns at its start if it cannot be read, and goes on without. */
function ofEnvironment(): string[] {
  const { readFileSync } = builtin("node:fs");
  const path = process.env["NODE_EXTRA_CA_CERTS"];
  if (path === undefined || path === "") {
    return [];
  }
  try {
    return certificates(readFileSync(path, "utf8"), []);
  } catch {
    return [];
  }
}

function isCertificate(block: string): boolean {
  const { X509Certificate } = builtin("node:crypto");
  try {
    return new X509Certificate(block).raw.length > 0;
  } catch {
    return false;
  }
}

const BLOCK = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^]*?(?:-----END (?:X509 |TRUSTED )?CERTIFICATE-----|$)/g;
