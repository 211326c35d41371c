//! What Python needs of a type (pyo3): nothing, unless the feature `python` is on.

use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Data, DataEnum, DeriveInput, Error, ExprPath, Field, Fields, Ident, Lit, LitStr, Token, parse_quote};

const IS_ON: bool = cfg!(feature = "python");

/// Makes the type a class.
pub(crate) fn class(item: &mut DeriveInput, options: &Tokens) {
    if IS_ON {
        item.attrs.push(parse_quote!(#[::pyo3::pyclass(eq, module = "feishu_corehr", #options)]));
    }
}

/// Makes a request's type a class. One that JSON reads through another type is read in a way of its own in Python too.
pub(crate) fn request_class(item: &mut DeriveInput) {
    let fields = matches!(item.data, Data::Struct(_)).then(|| quote!(get_all));
    let is_read_apart = item.attrs.iter().any(|attribute| quote!(#attribute).to_string().contains("try_from"));
    let reading = (!is_read_apart).then(|| quote!(from_py_object,));
    class(item, &quote!(frozen, #reading #fields));
}

/// Gives the class its methods.
pub(crate) fn methods(name: &Ident, methods: &Tokens) -> Option<Tokens> {
    IS_ON.then(|| quote!(#[::pyo3::pymethods] impl #name { #methods }))
}

/// `Process(process_id='…', …)`. An answer's `raw` text is left out: it says everything a second time.
pub(crate) fn repr_of_struct(name: &Ident, fields: &[Ident]) -> Tokens {
    let names = fields.iter().map(|field| field.unraw().to_string()).filter(|name| name != "raw");
    let name = name.to_string();
    quote! {
        fn __repr__(this: &::pyo3::Bound<'_, Self>) -> ::pyo3::PyResult<String> {
            let names: &[&str] = &[#(#names),*];
            let fields = names.iter().map(|name| {
                let value = ::pyo3::types::PyAnyMethods::getattr(this.as_any(), *name)?;
                Ok(format!("{name}={}", ::pyo3::types::PyAnyMethods::repr(&value)?))
            });
            Ok(format!("{}({})", #name, fields.collect::<::pyo3::PyResult<Vec<String>>>()?.join(", ")))
        }
    }
}

/// A field as a keyword of the constructor. Optional are an `Option`, a `Vec`, and what has a `serde(default = "…")`.
pub(crate) fn keyword(field: &Field) -> Result<Tokens, Error> {
    let name = &field.ident;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let mut default: Option<ExprPath> = None;
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") && meta.input.peek(Token![=]) {
                default = Some(meta.value()?.parse::<LitStr>()?.parse()?);
            } else if meta.input.peek(Token![=]) {
                meta.value()?.parse::<Lit>()?;
            }
            Ok(())
        })?;
        if let Some(default) = default {
            return Ok(quote!(#name = #default()));
        }
    }
    Ok(match crate::outermost(field).as_str() {
        "Option" => quote!(#name = None),
        "Vec" => quote!(#name = Vec::new()),
        _ => quote!(#name),
    })
}

/// Gives the variants, which are classes too, their defaults; and `User.OpenId('…')` as the text of a value.
pub(crate) fn variants(name: &Ident, data: &mut DataEnum) -> Result<Tokens, Error> {
    let mut arms = Vec::new();
    for variant in &mut data.variants {
        let ident = &variant.ident;
        let title = format!("{name}.{ident}");
        let (bindings, labels): (Vec<Ident>, Vec<String>) = match &variant.fields {
            Fields::Named(fields) => {
                fields.named.iter().filter_map(|field| field.ident.clone()).map(|name| (name.clone(), format!("{name}="))).unzip()
            }
            Fields::Unnamed(fields) => {
                (0..fields.unnamed.len()).map(|index| (format_ident!("field_{index}"), String::new())).unzip()
            }
            Fields::Unit => return Err(Error::new_spanned(variant, "in Python a variant beside others needs fields")),
        };
        let pattern = match &variant.fields {
            Fields::Named(_) => quote!({ #(#bindings),* }),
            Fields::Unnamed(_) | Fields::Unit => quote!(( #(#bindings),* )),
        };
        arms.push(quote! {
            Self::#ident #pattern => {
                let fields: Vec<String> = vec![#({
                    let value = ::pyo3::IntoPyObjectExt::into_bound_py_any(#bindings.clone(), py)?;
                    format!("{}{}", #labels, ::pyo3::types::PyAnyMethods::repr(&value)?)
                }),*];
                (#title, fields)
            }
        });
        if IS_ON && matches!(variant.fields, Fields::Named(_)) {
            let keywords = variant.fields.iter().map(keyword).collect::<Result<Vec<_>, _>>()?;
            variant.attrs.push(parse_quote!(#[pyo3(constructor = (#(#keywords),*))]));
        }
    }
    Ok(quote! {
        fn __repr__(&self, py: ::pyo3::Python<'_>) -> ::pyo3::PyResult<String> {
            let (title, fields) = match self { #(#arms)* };
            Ok(format!("{title}({})", fields.join(", ")))
        }
    })
}
