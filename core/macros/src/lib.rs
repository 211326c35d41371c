//! `#[wire]`: one declaration of a type, and every language has it.
//!
//! | form | for | serde | Python (feature `python`) |
//! |---|---|---|---|
//! | `word` | an enum of plain words | its `snake_case` name | an enum like `Effect.NONE`; `str` is the word |
//! | `number` | an enum with Feishu's numbers and `Unknown` | its `snake_case` name | the same, equal to its number |
//! | `reply` | a struct that is read or told | written; read by `FromJson` or by its `Shape`: missing and `null` are the default, unknown fields are ignored | a frozen class; every keyword has a default |
//! | `details` | a struct that another type is made of | the same | the same, of the native module alone |
//! | `request` | a struct that a caller writes, or an enum in it | unknown fields are refused; an absent `Vec` is empty | a class built from keywords; an enum's variants are classes |
//!
//! ```text
//! #[wire(reply)]
//! pub struct Task { pub status: TaskStatus, pub status_number: Option<i64>, #[wire(with = milliseconds)] pub time: Option<i64> }
//! // becomes
//! #[derive(Clone, Debug, Default, PartialEq, Serialize)]
//! #[pyo3::pyclass(eq, frozen, from_py_object, get_all, module = "feishu_corehr")]
//! pub struct Task { pub status: TaskStatus, pub status_number: Option<i64>, pub time: Option<i64> }
//! impl FromJson for Task {
//!     fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
//!         let mut fields = Fields::new(value, problem);
//!         Some(Self {
//!             status: fields.number("status").map(TaskStatus::from_number).unwrap_or_default(),
//!             status_number: fields.take("status"),
//!             time: fields.take_with("time", milliseconds),
//!         })
//!     }
//! }
//!
//! impl Shaped for Task {
//!     const SHAPE: Shape = Shape::Object(&[
//!         Field { name: "status", from: "status", alias: None, shape: Shape::Word(TaskStatus::NUMBERS) },
//!         …
//!     ]);
//! }
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
//!     fn from_keywords(py: Python, id: Given<String>, size: Given<u32>, token: Option<Given<String>>) -> PyResult<Self> { … }
//! }
//! ```
//!
//! In Python every type also shows its fields (`__repr__`) and knows what it is made of again (`__reduce__`: copies, and
//! the way to another process).
//!
//! What a language wants beside serde is a module of its own here, `mobile` (a record or an enum of uniffi), `python` and
//! `web` (a TypeScript declaration of every type, and a reader of requests), and a feature of this crate, since a
//! `cfg_attr` inside a type would reach `pyclass` unexpanded.

mod mobile;
mod python;
mod web;

use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{
    Data, DataStruct, DeriveInput, Error, Field, Fields, GenericArgument, Ident, LitStr, PathArguments, Token, Type,
    parse_macro_input, parse_quote,
};

/// Derives what a type needs to cross every border; see the crate's table for the forms.
#[proc_macro_attribute]
pub fn wire(form: TokenStream, item: TokenStream) -> TokenStream {
    let form = parse_macro_input!(form as Ident);
    let item = parse_macro_input!(item as DeriveInput);
    let expanded = match form.to_string().as_str() {
        "word" => word(item, false),
        "number" => number(item),
        "reply" => reply(item, "feishu_corehr"),
        "details" => reply(item, "feishu_corehr._native"),
        "request" => request(item),
        _ => Err(Error::new(form.span(), "expected `word`, `number`, `reply`, `details` or `request`")),
    };
    expanded.unwrap_or_else(Error::into_compile_error).into()
}

type Tokens = proc_macro2::TokenStream;

fn word(mut item: DeriveInput, is_number: bool) -> Result<Tokens, Error> {
    let (name, Data::Enum(data)) = (item.ident.clone(), &item.data) else {
        return Err(Error::new_spanned(&item, "`word` and `number` are for enums"));
    };
    let variants: Vec<Ident> = data.variants.iter().map(|variant| variant.ident.clone()).collect();
    let words: Vec<String> = variants.iter().map(|variant| snake_case(&variant.to_string())).collect();
    let web = web::word(&item);
    mobile::item(&mut item);
    let python = python::word(&mut item, is_number);
    Ok(quote! {
        #web
        #python
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Deserialize)]
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
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl crate::wire::FromJson for #name {
            fn from_json(value: ::serde_json::Value, problem: &mut Option<crate::error::Problem>) -> Option<Self> {
                crate::wire::word(&value, &[#(#words),*], problem).map(|index| Self::ALL[index])
            }
        }
        impl crate::shape::Shaped for #name {
            const SHAPE: crate::shape::Shape = crate::shape::Shape::Read(crate::shape::typed::<Self>);
        }
    })
}

fn number(item: DeriveInput) -> Result<Tokens, Error> {
    let name = item.ident.clone();
    let variants: Vec<Ident> = match &item.data {
        Data::Enum(data) => data.variants.iter().map(|variant| variant.ident.clone()).collect(),
        Data::Struct(_) | Data::Union(_) => Vec::new(),
    };
    let word = word(item, true)?;
    Ok(quote! {
        #word
        impl #name {
            /// Every value's number with its word.
            pub const NUMBERS: &'static [(i64, &'static str)] =
                &[#((Self::#variants as i64, Self::#variants.as_str())),*];

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

fn reply(mut item: DeriveInput, module: &str) -> Result<Tokens, Error> {
    let name = item.ident.clone();
    let fields = named_fields(&mut item)?;
    let names: Vec<Ident> = fields.iter().filter_map(|field| field.ident.clone()).collect();
    let readings = fields.iter_mut().zip(&names).map(|(field, name)| reading(field, name, &names));
    let (readings, shapes): (Vec<_>, Vec<_>) = readings.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let web = web::reply(&item);
    mobile::item(&mut item);
    let python = python::reply(&mut item, module)?;
    Ok(quote! {
        #web
        #[derive(Clone, Debug, Default, PartialEq, ::serde::Serialize)]
        #item
        #python
        impl crate::wire::FromJson for #name {
            fn from_json(value: ::serde_json::Value, problem: &mut Option<crate::error::Problem>) -> Option<Self> {
                #[allow(unused_mut, unused_variables, reason = "an answer may have no fields")]
                let mut fields = crate::wire::Fields::new(value, problem);
                Some(Self { #(#names: #readings),* })
            }
        }
        impl crate::shape::Shaped for #name {
            const SHAPE: crate::shape::Shape = crate::shape::Shape::Object(&[#(#shapes),*]);
        }
    })
}

/// How a field of an answer is read, by its type and by its shape; what `#[wire(…)]` says of it is taken off.
fn reading(field: &mut Field, name: &Ident, names: &[Ident]) -> Result<(Tokens, Tokens), Error> {
    let word = name.unraw().to_string();
    let ty = field.ty.clone();
    let mut reading = quote!(fields.take(#word));
    let (mut from, mut alias) = (word.clone(), quote!(None));
    let mut shape = quote!(<#ty as crate::shape::Shaped>::SHAPE);
    if names.contains(&format_ident!("{}_number", word)) {
        // The number stays for the field beside it.
        reading = quote!(fields.number(#word).map(<#ty>::from_number).unwrap_or_default());
        shape = quote!(crate::shape::Shape::Word(<#ty>::NUMBERS));
    } else if let Some(word) = word.strip_suffix("_number").filter(|word| names.iter().any(|name| name.unraw() == word))
    {
        reading = quote!(fields.take(#word));
        from = word.to_owned();
    }
    let attributes = std::mem::take(&mut field.attrs);
    for attribute in attributes {
        if !attribute.path().is_ident("wire") {
            field.attrs.push(attribute);
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("skip") {
                reading = quote!(Default::default());
                from = String::new();
            } else if meta.path.is_ident("alias") {
                let other: LitStr = meta.value()?.parse()?;
                reading = quote!({ fields.alias(#other, #word); #reading });
                alias = quote!(Some(#other));
            } else if meta.path.is_ident("with") {
                let read: Ident = meta.value()?.parse()?;
                reading = quote!(fields.take_with(#word, #read));
                shape = quote!(crate::shape::Shape::Read(|value, problem| crate::shape::json(#read(value, problem))));
            } else {
                return Err(meta.error("expected `alias`, `skip` or `with`"));
            }
            Ok(())
        })?;
    }
    let name = name.unraw().to_string();
    Ok((reading, quote!(crate::shape::Field { name: #name, from: #from, alias: #alias, shape: #shape })))
}

fn request(mut item: DeriveInput) -> Result<Tokens, Error> {
    let web = web::request(&mut item)?;
    let python = python::request(&mut item)?;
    mobile::item(&mut item);
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

/// The type in a field's `Option<…>` or the like.
fn inner<'a>(field: &'a Field, outer: &str) -> Option<&'a Type> {
    let Type::Path(path) = &field.ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == outer)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    if let Some(GenericArgument::Type(ty)) = arguments.args.first() { Some(ty) } else { None }
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
