//! What JavaScript needs of a type: its TypeScript declaration (tsify), and of a request a reader that finds all
//! problems at once. Nothing, unless the feature `web` is on.

use quote::quote;
use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, ExprPath, Field, Ident, Lit, MetaNameValue, parse_quote,
};

use crate::{Tokens, named_fields, outermost};

const IS_ON: bool = cfg!(feature = "web");

pub(crate) fn word(item: &DeriveInput) -> Option<Tokens> {
    declaration(item, &quote!(#[serde(rename_all = "snake_case")]))
}

/// What is `None` in an answer is `null` in its JSON, and a field is always there.
pub(crate) fn reply(item: &DeriveInput) -> Option<Tokens> {
    declaration(item, &quote!(#[tsify(missing_as_null)]))
}

pub(crate) fn request(item: &mut DeriveInput) -> Result<Option<Tokens>, Error> {
    if let Data::Enum(_) = item.data {
        // What JSON reads through another type is declared by hand beside it.
        let is_read_apart = item.attrs.iter().any(|attribute| quote!(#attribute).to_string().contains("try_from"));
        let form = quote!(#[serde(rename_all = "snake_case")]);
        let mut declared = item.clone();
        if let Data::Enum(data) = &mut declared.data {
            let fields = data.variants.iter_mut().flat_map(|variant| &mut variant.fields);
            fields.filter(|field| field.ident.is_some() && is_optional(field)).for_each(|field| {
                field.attrs.push(parse_quote!(#[tsify(optional)]));
            });
        }
        let declaration = if is_read_apart { None } else { one_of(declared, &form) };
        // What only the declaration is told.
        if let Data::Enum(data) = &mut item.data {
            for field in data.variants.iter_mut().flat_map(|variant| &mut variant.fields) {
                field.attrs.retain(|attribute| !attribute.path().is_ident("tsify"));
            }
        }
        return Ok(declaration);
    }
    let mut declared = item.clone();
    let fields = named_fields(item)?;
    let names: Vec<Ident> = fields.iter().filter_map(|field| field.ident.clone()).collect();
    let readings = fields.iter().map(reading).collect::<Result<Vec<_>, _>>()?;
    for field in named_fields(&mut declared)?.iter_mut() {
        if is_optional(field) {
            field.attrs.push(parse_quote!(#[tsify(optional)]));
        }
    }
    let declaration = declaration(&declared, &quote!());
    let name = &item.ident;
    Ok(IS_ON.then(|| {
        quote! {
            #declaration
            impl crate::form::FromForm for #name {
                fn from_form(form: &mut crate::form::Form) -> Option<Self> {
                    #(let #names = #readings;)*
                    Some(Self { #(#names: #names?),* })
                }
            }
            impl crate::wire::FromJson for #name {
                fn from_json(value: ::serde_json::Value, problem: &mut Option<crate::error::Problem>) -> Option<Self> {
                    crate::form::Form::inner(value, problem)
                }
            }
        }
    }))
}

/// A twin of the item, with its documentation and, but for other names, without what serde reads: tsify would leave out
/// what is not read from the wire, and the answers cross as they are written.
fn declaration(item: &DeriveInput, form: &Tokens) -> Option<Tokens> {
    let mut twin = item.clone();
    let keep = |attributes: &mut Vec<Attribute>| {
        attributes.retain(|attribute| {
            let is_name = attribute.parse_args::<MetaNameValue>().is_ok_and(|meta| meta.path.is_ident("rename"));
            is_name || attribute.path().is_ident("doc") || attribute.path().is_ident("tsify")
        });
    };
    keep(&mut twin.attrs);
    match &mut twin.data {
        Data::Enum(data) => {
            for variant in &mut data.variants {
                keep(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| keep(&mut field.attrs));
            }
        }
        Data::Struct(data) => data.fields.iter_mut().for_each(|field| keep(&mut field.attrs)),
        Data::Union(_) => {}
    }
    IS_ON.then(|| {
        quote! {
            const _: () = {
                #[derive(::tsify::Tsify)]
                #[allow(clippy::all, dead_code, missing_docs, unnameable_types, unreachable_pub, reason = "it is declared only")]
                #form
                #twin
            };
        }
    })
}

/// How one field is read: required, or with a default.
fn reading(field: &Field) -> Result<Tokens, Error> {
    let name = field.ident.as_ref().map(|name| name.unraw().to_string()).unwrap_or_default();
    Ok(match default(field)? {
        Some(default) => quote!(form.take_or(#name, #default)),
        None if is_optional(field) => quote!(form.take_or(#name, Default::default)),
        None => quote!(form.take(#name)),
    })
}

/// The declaration of an enum that a caller writes: one of its variants, by `OneOf`, since TypeScript alone would take an
/// object that is two of them at once.
fn one_of(mut item: DeriveInput, form: &Tokens) -> Option<Tokens> {
    let name = &item.ident;
    let (union, exclusive) = (format!("Any{name}"), format!("OneOf<Any{name}>"));
    let mut alias: DeriveInput = parse_quote!(#[tsify(type = #exclusive)] struct #name;);
    alias.attrs.extend(item.attrs.extract_if(.., |attribute| attribute.path().is_ident("doc")));
    item.attrs.push(parse_quote!(#[tsify(rename = #union)]));
    let (union, alias) = (declaration(&item, form), declaration(&alias, &quote!()));
    IS_ON.then(|| quote!(#union #alias))
}

fn is_optional(field: &Field) -> bool {
    matches!(outermost(field).as_str(), "Option" | "Vec") || default(field).is_ok_and(|default| default.is_some())
}

/// The function of a `serde(default = "…")`.
fn default(field: &Field) -> Result<Option<ExprPath>, Error> {
    let serde = field.attrs.iter().filter_map(|attribute| attribute.parse_args::<MetaNameValue>().ok());
    match serde.filter(|meta| meta.path.is_ident("default")).map(|meta| meta.value).next() {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(default), .. })) => default.parse().map(Some),
        Some(_) | None => Ok(None),
    }
}
