//! `#[wire]`: one declaration of a type, and every language has it.
//!
//! | form | for | serde | Python (feature `python`) |
//! |---|---|---|---|
//! | `word` | an enum of plain words | its `snake_case` name | an enum like `Effect.NONE`; `str` is the word |
//! | `number` | an enum with Feishu's numbers and `Unknown` | its `snake_case` name | the same, equal to its number |
//! | `reply` | a struct that is read or told | an object; missing and `null` are the default; unknown fields are ignored | a frozen class |
//! | `request` | a struct that a caller writes, or an enum in it | unknown fields are refused; an absent `Vec` is empty | a class built from keywords; an enum's variants are classes |
//!
//! ```text
//! #[wire(reply)]
//! pub struct Task { pub status: TaskStatus, pub status_number: Option<i64> }
//! // becomes
//! #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
//! #[serde(remote = "Self", default)]
//! #[pyo3::pyclass(eq, frozen, get_all, module = "feishu_corehr")]
//! pub struct Task {
//!     #[serde(skip_deserializing)] pub status: TaskStatus,
//!     #[serde(rename(deserialize = "status"), deserialize_with = …)] pub status_number: Option<i64>,
//! }
//! // and `impl Deserialize` fills `status` from `status_number`, the number as it was received.
//!
//! #[wire(request)]
//! pub struct Ask { pub id: String, #[serde(default = "ten")] pub size: u32, pub token: Option<String> }
//! // becomes
//! #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
//! #[serde(deny_unknown_fields, rename_all = "snake_case")]
//! #[pyo3::pyclass(eq, frozen, get_all, from_py_object, module = "feishu_corehr")]
//! pub struct Ask { … }
//! #[pyo3::pymethods]
//! impl Ask {
//!     #[new]
//!     #[pyo3(signature = (*, id, size = ten(), token = None))]
//!     fn from_keywords(id: String, size: u32, token: Option<String>) -> Self { … }
//! }
//! ```
//!
//! What a language wants beside serde is a module of its own here, `python` and `web` (a TypeScript declaration of every
//! type, and a reader of requests), and a feature of this crate, since a `cfg_attr` inside a type would reach `pyclass`
//! unexpanded.

mod python;
mod web;

use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Data, DataStruct, DeriveInput, Error, Field, Fields, Ident, Token, Type, parse_macro_input, parse_quote};

/// Derives what a type needs to cross every border; see the crate's table for the forms.
#[proc_macro_attribute]
pub fn wire(form: TokenStream, item: TokenStream) -> TokenStream {
    let form = parse_macro_input!(form as Ident);
    let item = parse_macro_input!(item as DeriveInput);
    let expanded = match form.to_string().as_str() {
        "word" => word(item, false),
        "number" => number(item),
        "reply" => reply(item),
        "request" => request(item),
        _ => Err(Error::new(form.span(), "expected `word`, `number`, `reply` or `request`")),
    };
    expanded.unwrap_or_else(Error::into_compile_error).into()
}

type Tokens = proc_macro2::TokenStream;

fn word(mut item: DeriveInput, is_number: bool) -> Result<Tokens, Error> {
    let (name, Data::Enum(data)) = (item.ident.clone(), &item.data) else {
        return Err(Error::new_spanned(&item, "`word` and `number` are for enums"));
    };
    let variants: Vec<Ident> = data.variants.iter().map(|variant| variant.ident.clone()).collect();
    let words = variants.iter().map(|variant| snake_case(&variant.to_string()));
    let web = web::word(&item);
    python::word(&mut item, is_number);
    Ok(quote! {
        #web
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #item
        impl #name {
            /// Every value.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// The value as it is written in JSON, in query strings and in logs.
            pub const fn as_str(self) -> &'static str {
                match self { #(Self::#variants => #words),* }
            }
        }
        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.write_str(self.as_str()) }
        }
    })
}

fn number(item: DeriveInput) -> Result<Tokens, Error> {
    let name = item.ident.clone();
    let word = word(item, true)?;
    let python = python::number(&name);
    Ok(quote! {
        #word
        #python
        impl #name {
            /// The value that Feishu writes as this number; `Unknown` for one that no page lists.
            pub fn from_number(number: i64) -> Self {
                Self::ALL.iter().copied().find(|value| *value as i64 == number).unwrap_or(Self::Unknown)
            }
        }
        impl Default for #name {
            fn default() -> Self { Self::Unknown }
        }
    })
}

fn reply(mut item: DeriveInput) -> Result<Tokens, Error> {
    let name = item.ident.clone();
    let (mut words, mut types, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    let fields = named_fields(&mut item)?;
    let names: Vec<Ident> = fields.iter().filter_map(|field| field.ident.clone()).collect();
    for (field, ident) in fields.iter_mut().zip(&names) {
        let number = format_ident!("{}_number", ident.unraw());
        if names.contains(&number) {
            words.push(ident);
            types.push(field.ty.clone());
            numbers.push(number);
            field.attrs.push(parse_quote!(#[serde(skip_deserializing)]));
        } else if !field.attrs.iter().any(|attribute| attribute.path().is_ident("serde")) {
            field.attrs.push(parse_quote!(#[serde(deserialize_with = "crate::wire::null_is_default")]));
        }
        let name = ident.to_string();
        if let Some(word) = name.strip_suffix("_number").filter(|word| names.iter().any(|name| name.unraw() == word)) {
            field.attrs.push(parse_quote!(#[serde(rename(deserialize = #word))]));
        }
    }
    let web = web::reply(&item);
    let python = python::reply(&mut item, &names);
    Ok(quote! {
        #web
        #[derive(Clone, Debug, Default, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(remote = "Self", default)]
        #item
        #python
        impl crate::wire::Fields for #name {
            fn read<'de, D: ::serde::Deserializer<'de>>(fields: D) -> Result<Self, D::Error> {
                #[allow(unused_mut, reason = "only a type with numbers is completed")]
                let mut reply = Self::deserialize(fields)?;
                #(if let Some(number) = reply.#numbers { reply.#words = <#types>::from_number(number); })*
                Ok(reply)
            }
        }
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire::object(deserializer)
            }
        }
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    })
}

fn request(mut item: DeriveInput) -> Result<Tokens, Error> {
    let web = web::request(&mut item)?;
    let python = python::request(&mut item)?;
    let mut identity = None;
    if let Data::Enum(_) = item.data {
        identity = Some(quote!(#[derive(Eq, Hash)]));
    } else {
        for field in named_fields(&mut item)?.iter_mut().filter(|field| outermost(field) == "Vec") {
            field.attrs.push(parse_quote!(#[serde(default)]));
        }
    }
    Ok(quote! {
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #identity
        #[serde(deny_unknown_fields, rename_all = "snake_case")]
        #item
        #python
        #web
    })
}

fn named_fields(item: &mut DeriveInput) -> Result<&mut Punctuated<Field, Token![,]>, Error> {
    match &mut item.data {
        Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) => Ok(&mut fields.named),
        Data::Struct(_) | Data::Enum(_) | Data::Union(_) => {
            Err(Error::new_spanned(&item.ident, "expected a struct with named fields"))
        }
    }
}

/// The outermost word of a field's type, as `Option` of `Option<String>`.
fn outermost(field: &Field) -> String {
    let Type::Path(path) = &field.ty else { return String::new() };
    path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

fn snake_case(name: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}
