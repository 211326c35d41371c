//! What Python needs of a type (pyo3): nothing, unless the feature `python` is on.

use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Expr, ExprLit, ExprPath, Field, Fields, Ident, Lit, MetaNameValue, parse_quote};

use crate::{Tokens, named_fields, outermost};

const IS_ON: bool = cfg!(feature = "python");

pub(crate) fn word(item: &mut DeriveInput, is_number: bool) {
    let identity = if is_number { quote!(eq_int) } else { quote!(hash) };
    class(item, &quote!(#identity, frozen, from_py_object, rename_all = "SCREAMING_SNAKE_CASE", str));
}

/// What equals a number must have the number's hash.
pub(crate) fn number(name: &Ident) -> Option<Tokens> {
    methods(name, &quote! { fn __hash__(&self) -> isize { *self as isize } })
}

pub(crate) fn reply(item: &mut DeriveInput, fields: &[Ident]) -> Option<Tokens> {
    class(item, &quote!(frozen, get_all));
    methods(&item.ident, &repr(fields))
}

pub(crate) fn request(item: &mut DeriveInput) -> Result<Option<Tokens>, Error> {
    // What JSON reads through another type is read in a way of its own in Python, too.
    let is_read_apart = item.attrs.iter().any(|attribute| quote!(#attribute).to_string().contains("try_from"));
    let reading = (!is_read_apart).then(|| quote!(from_py_object,));
    if let Data::Enum(data) = &mut item.data {
        for variant in data.variants.iter_mut().filter(|variant| IS_ON && matches!(variant.fields, Fields::Named(_))) {
            let keywords = variant.fields.iter().map(keyword).collect::<Result<Vec<_>, _>>()?;
            variant.attrs.push(parse_quote!(#[pyo3(constructor = (#(#keywords),*))]));
        }
        class(item, &quote!(frozen, #reading hash));
        let repr = quote! {
            fn __repr__(this: &::pyo3::Bound<'_, Self>) -> ::pyo3::PyResult<String> { crate::wire::repr(this.as_any(), None) }
        };
        return Ok(methods(&item.ident, &repr));
    }
    let fields = named_fields(item)?;
    let keywords = fields.iter().map(keyword).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<Ident> = fields.iter().filter_map(|field| field.ident.clone()).collect();
    let (types, repr) = (fields.iter().map(|field| &field.ty), repr(&names));
    let constructor = quote! {
        #[new]
        #[pyo3(signature = (*, #(#keywords),*))]
        fn from_keywords(#(#names: #types),*) -> Self { Self { #(#names),* } }
        #repr
    };
    class(item, &quote!(frozen, #reading get_all));
    Ok(methods(&item.ident, &constructor))
}

fn class(item: &mut DeriveInput, options: &Tokens) {
    if IS_ON {
        item.attrs.push(parse_quote!(#[::pyo3::pyclass(eq, module = "feishu_corehr", #options)]));
    }
}

fn methods(name: &Ident, methods: &Tokens) -> Option<Tokens> {
    IS_ON.then(|| quote!(#[::pyo3::pymethods] impl #name { #methods }))
}

/// An answer's `raw` text is left out: it says everything a second time.
fn repr(fields: &[Ident]) -> Tokens {
    let names = fields.iter().map(|field| field.unraw().to_string()).filter(|name| name != "raw");
    quote! {
        fn __repr__(this: &::pyo3::Bound<'_, Self>) -> ::pyo3::PyResult<String> {
            crate::wire::repr(this.as_any(), Some(&[#(#names),*]))
        }
    }
}

/// A field as a keyword. Optional are an `Option`, a `Vec`, and what has a `serde(default = "…")`.
fn keyword(field: &Field) -> Result<Tokens, Error> {
    let name = &field.ident;
    let serde = field.attrs.iter().filter_map(|attribute| attribute.parse_args::<MetaNameValue>().ok());
    let default = serde.filter(|meta| meta.path.is_ident("default")).map(|meta| meta.value).next();
    if let Some(Expr::Lit(ExprLit { lit: Lit::Str(default), .. })) = default {
        let default: ExprPath = default.parse()?;
        return Ok(quote!(#name = #default()));
    }
    Ok(match outermost(field).as_str() {
        "Option" => quote!(#name = None),
        "Vec" => quote!(#name = Vec::new()),
        _ => quote!(#name),
    })
}
