import FeishuCoreHRGenerated

extension [FormVariable] {
    /// The variables as plain nested data, by name: a record is a dictionary of its fields, a list an array, and what they
    /// point at stands in its place.
    ///
    /// Texts, numbers, options and ids are strings, a date is its days and a moment its milliseconds since 1970-01-01 UTC
    /// (each an `Int64`), an empty value is `nil`, and a value of an unknown kind is its own JSON. A record with several
    /// record ids is an array of dictionaries; what points at nothing is `nil` in a record, and its own text in a list.
    /// Values nested more than 32 deep, as in a circle, and more than 1,000,000 of them throw a ``FeishuError``.
    public func plainValues() throws(FeishuError) -> [String: Any?] {
        let tree = try throwing { try plainTree(variables: self) }
        return tree.mapValues(data)
    }
}

extension FormVariables {
    /// The variables of a form or a flow as plain nested data.
    public func plainValues() throws(FeishuError) -> [String: Any?] {
        try fieldVariableValues.plainValues()
    }
}

extension FlowTemplate {
    /// The variables of a template as plain nested data.
    public func plainValues() throws(FeishuError) -> [String: Any?] {
        try fieldValues.plainValues()
    }
}

extension CallAnswer {
    /// The answer's `data` as plain nested data: dictionaries, arrays, strings, booleans, and numbers as `Int64` or, where
    /// they are no whole ones or too large, as `Double`. `raw` has it as text.
    public func data() throws(FeishuError) -> Any? {
        FeishuCoreHR.data(try throwing { try jsonTree(text: raw) })
    }
}

private func data(_ plain: Plain) -> Any? {
    switch plain {
    case .boolean(let value): value
    case .integer(let value): value
    case .items(let items): items.map(data)
    case .nothing: nil
    case .number(let value): value
    case .object(let fields): fields.mapValues(data)
    case .text(let value): value
    }
}
