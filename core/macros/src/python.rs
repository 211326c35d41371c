//! What Python needs of a type (pyo3): nothing, unless the feature `python` is on.

use quote::quote;
use syn::ext::IdentExt;
use syn::{
    Data, DeriveInput, Error, Expr, ExprLit, ExprPath, Field, Fields, GenericArgument, Ident, Lit, MetaNameValue,
    PathArguments, Type, parse_quote,
};

use crate::{Tokens, named_fields, outermost, snake_case};

const IS_ON: bool = cfg!(feature = "python");

/// What equals a number must have the number's hash.
pub(crate) fn word(item: &mut DeriveInput, is_number: bool) -> Option<Tokens> {
    let identity = if is_number { quote!(eq_int) } else { quote!(hash) };
    class(item, &quote!(#identity, frozen, from_py_object, rename_all = "SCREAMING_SNAKE_CASE", str));
    let hash = is_number.then(|| {
        quote!(
            fn __hash__(&self) -> isize {
                *self as isize
            }
        )
    });
    let reduce = quote! {
        fn __reduce__<'py>(this: &::pyo3::Bound<'py, Self>) -> ::pyo3::PyResult<crate::wire::Reduced<'py>> {
            crate::wire::reduce_word(this.as_any(), this.get().as_str())
        }
    };
    methods(&item.ident, &quote!(#hash #reduce))
}

pub(crate) fn reply(item: &mut DeriveInput) -> Result<Option<Tokens>, Error> {
    let name = item.ident.clone();
    let fields = named_fields(item)?;
    let keywords = fields.iter().map(|field| {
        let name = &field.ident;
        if outermost(field) == "Option" { quote!(#name = None) } else { quote!(#name = Default::default()) }
    });
    let methods = methods(&name, &plain(&name, &fields.iter().collect::<Vec<_>>(), &keywords.collect::<Vec<_>>()));
    class(item, &quote!(frozen, from_py_object, get_all));
    Ok(methods)
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
        return Ok(methods(&item.ident, &shown(&quote!(None))));
    }
    let name = item.ident.clone();
    let fields = named_fields(item)?;
    let keywords = fields.iter().map(keyword_of_given).collect::<Result<Vec<_>, _>>()?;
    let methods = methods(&name, &plain(&name, &fields.iter().collect::<Vec<_>>(), &keywords));
    class(item, &quote!(frozen, #reading get_all));
    Ok(methods)
}

/// The methods of a class with fields: it is made of keywords, shows its fields, and is copied by them.
fn plain(class: &Ident, fields: &[&Field], keywords: &[Tokens]) -> Tokens {
    let names: Vec<&Ident> = fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    let words = names.iter().map(|name| name.unraw().to_string()).collect::<Vec<_>>();
    // `*` alone needs a keyword after it.
    let star = (!names.is_empty()).then(|| quote!(*,));
    let (mut types, mut takes) = (Vec::new(), Vec::new());
    for (field, word) in fields.iter().zip(&words) {
        let (name, ty) = (&field.ident, &field.ty);
        if let Some(inner) = inner(field, "Option") {
            types.push(quote!(Option<crate::wire::Given<#inner>>));
            takes.push(quote!(Some(#name.map(|given| given.take(#word, &mut refused)).transpose()?.flatten())));
        } else {
            types.push(quote!(crate::wire::Given<#ty>));
            takes.push(quote!(#name.take(#word, &mut refused)?));
        }
    }
    let operation = snake_case(&class.to_string());
    let shown = shown(&quote!(Some(&[#(#words),*])));
    quote! {
        #[new]
        #[pyo3(signature = (#star #(#keywords),*))]
        #[allow(clippy::too_many_arguments, reason = "one for each field, and all by keyword")]
        #[allow(unused_mut, reason = "an answer may have no fields")]
        fn from_keywords(py: ::pyo3::Python<'_>, #(#names: #types),*) -> ::pyo3::PyResult<Self> {
            let mut refused = Vec::new();
            #(let #names = #takes;)*
            match (refused.is_empty(), #(#names),*) {
                (true, #(Some(#names)),*) => Ok(Self { #(#names),* }),
                _ => Err(crate::wire::raise(py, crate::error::Error::invalid(#operation, refused), None)),
            }
        }
        #shown
    }
}

/// How an object prints and what it is made of again; `names` are its fields, or it knows them itself.
fn shown(names: &Tokens) -> Tokens {
    quote! {
        fn __repr__(this: &::pyo3::Bound<'_, Self>) -> ::pyo3::PyResult<String> {
            crate::wire::repr(this.as_any(), #names)
        }

        fn __reduce__<'py>(this: &::pyo3::Bound<'py, Self>) -> ::pyo3::PyResult<crate::wire::Reduced<'py>> {
            crate::wire::reduce(this.as_any(), #names)
        }
    }
}

fn class(item: &mut DeriveInput, options: &Tokens) {
    if IS_ON {
        item.attrs.push(parse_quote!(#[::pyo3::pyclass(eq, module = "feishu_corehr", #options)]));
    }
}

fn methods(name: &Ident, methods: &Tokens) -> Option<Tokens> {
    IS_ON.then(|| quote!(#[::pyo3::pymethods] impl #name { #methods }))
}

/// A field as a keyword. Optional are an `Option`, a `Vec`, and what has a `serde(default = "…")`.
fn keyword(field: &Field) -> Result<Tokens, Error> {
    let name = &field.ident;
    if let Some(default) = default(field)? {
        return Ok(quote!(#name = #default()));
    }
    Ok(match outermost(field).as_str() {
        "Option" => quote!(#name = None),
        "Vec" => quote!(#name = Vec::new()),
        _ => quote!(#name),
    })
}

/// The function in a field's `serde(default = "…")`.
fn default(field: &Field) -> Result<Option<ExprPath>, Error> {
    let serde = field.attrs.iter().filter_map(|attribute| attribute.parse_args::<MetaNameValue>().ok());
    let value = serde.filter(|meta| meta.path.is_ident("default")).map(|meta| meta.value).next();
    if let Some(Expr::Lit(ExprLit { lit: Lit::Str(default), .. })) = value {
        return default.parse().map(Some);
    }
    Ok(None)
}

/// The same for an argument that is kept with what is wrong with it.
fn keyword_of_given(field: &Field) -> Result<Tokens, Error> {
    let name = &field.ident;
    let keyword = keyword(field)?;
    Ok(match outermost(field).as_str() {
        "Vec" => quote!(#name = Default::default()),
        "Option" => keyword,
        _ => match default(field)? {
            Some(default) => quote!(#name = crate::wire::Given::from(#default())),
            None => keyword,
        },
    })
}

/// The type in a field's `Option<…>` or the like.
fn inner<'a>(field: &'a Field, outer: &str) -> Option<&'a Type> {
    let Type::Path(path) = &field.ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == outer)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    if let Some(GenericArgument::Type(ty)) = arguments.args.first() { Some(ty) } else { None }
}
