//! What Kotlin and Swift need of a type (uniffi): nothing, unless the feature `mobile` is on.

use syn::{Attribute, Data, DataStruct, DeriveInput, Field, Fields, parse_quote};

use crate::outermost;

const IS_ON: bool = cfg!(feature = "mobile");

/// A record or an enum. What may be absent has a default.
pub(crate) fn item(item: &mut DeriveInput) {
    if !IS_ON {
        return;
    }
    let is_enum = matches!(item.data, Data::Enum(_));
    for fields in fields(&mut item.data) {
        fields.iter_mut().for_each(optional);
    }
    let derive: Attribute =
        if is_enum { parse_quote!(#[derive(::uniffi::Enum)]) } else { parse_quote!(#[derive(::uniffi::Record)]) };
    item.attrs.push(derive);
}

fn fields(data: &mut Data) -> Vec<&mut Fields> {
    match data {
        Data::Enum(data) => data.variants.iter_mut().map(|variant| &mut variant.fields).collect(),
        Data::Struct(DataStruct { fields, .. }) => vec![fields],
        Data::Union(_) => Vec::new(),
    }
}

fn optional(field: &mut Field) {
    match outermost(field).as_str() {
        "Option" => field.attrs.push(parse_quote!(#[uniffi(default = None)])),
        "Vec" => field.attrs.push(parse_quote!(#[uniffi(default = [])])),
        _ => {}
    }
}
