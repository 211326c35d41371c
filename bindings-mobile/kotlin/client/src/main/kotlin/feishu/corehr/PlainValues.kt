@file:JvmName("PlainValues")

package feishu.corehr

import feishu.corehr.model.CallAnswer
import feishu.corehr.model.FlowTemplate
import feishu.corehr.model.FormVariable
import feishu.corehr.model.FormVariables

/**
 * The variables as plain nested data, by name: a record is a map of its fields, a list a list, and what they point at
 * stands in its place.
 *
 * Texts, numbers, options and ids are strings, a date is its days and a moment its milliseconds since 1970-01-01 UTC
 * (each a `Long`), an empty value is null, and a value of an unknown kind is its own JSON. A record with several record
 * ids is a list of maps; what points at nothing is null in a record, and its own text in a list. Values nested more than
 * 32 deep, as in a circle, and more than 1,000,000 of them throw a [FeishuException].
 */
@JvmName("of")
public fun List<FormVariable>.plainValues(): Map<String, Any?> = throwing { plainTree(this) }.mapValues { data(it.value) }

/** The variables of a form or a flow as plain nested data. */
@JvmName("of")
public fun FormVariables.plainValues(): Map<String, Any?> = fieldVariableValues.plainValues()

/** The variables of a template as plain nested data. */
@JvmName("of")
public fun FlowTemplate.plainValues(): Map<String, Any?> = fieldValues.plainValues()

/**
 * The answer's `data` as plain nested data: maps, lists, strings, booleans, and numbers as `Long` or, where they are no
 * whole ones or too large, as `Double`. [CallAnswer.raw] has it as text.
 */
@JvmName("of")
public fun CallAnswer.data(): Any? = data(throwing { jsonTree(raw) })

private fun data(plain: Plain): Any? = when (plain) {
    is Plain.Boolean -> plain.value
    is Plain.Integer -> plain.value
    is Plain.Items -> plain.items.map(::data)
    is Plain.Nothing -> null
    is Plain.Number -> plain.value
    is Plain.Object -> plain.fields.mapValues { data(it.value) }
    is Plain.Text -> plain.value
}
