/** Node's own modules. */

/**
 * Not by `require`, which bundles of ES modules do not have, and not by `import`, which a script of CommonJS would have
 * to wait for.
 */
export const builtin: typeof process.getBuiltinModule = (name: string) => process.getBuiltinModule(name);
