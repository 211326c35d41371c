//! What Python needs of a type (pyo3): nothing, unless the feature `python` is on.

use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Expr, ExprLit, ExprPath, Field, Fields, Ident, Lit, MetaNameValue,
    parse_quote,
};

use crate::{Tokens, inner, named_fields, outermost, snake_case};

const IS_ON: bool = cfg!(feature = "python");
/// Where a program imports the classes from.
const PACKAGE: &str = "feishu_corehr";

/// What equals a number must have the number's hash.
pub(crate) fn word(item: &mut DeriveInput, is_number: bool) -> Option<Tokens> {
    let identity = if is_number { quote!(eq_int) } else { quote!(hash) };
    class(item, PACKAGE, &quote!(#identity, frozen, from_py_object, rename_all = "SCREAMING_SNAKE_CASE", str));
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

pub(crate) fn reply(item: &mut DeriveInput, module: &str) -> Result<Option<Tokens>, Error> {
    let name = item.ident.clone();
    let fields = named_fields(item)?;
    let keywords = fields.iter().map(|field| {
        let name = &field.ident;
        if outermost(field) == "Option" { quote!(#name = None) } else { quote!(#name = Default::default()) }
    });
    let methods = methods(&name, &plain(&name, &fields.iter().collect::<Vec<_>>(), &keywords.collect::<Vec<_>>()));
    class(item, module, &quote!(frozen, from_py_object, get_all));
    Ok(methods)
}

pub(crate) fn request(item: &mut DeriveInput) -> Result<Option<Tokens>, Error> {
    if let Data::Enum(data) = &item.data {
        return IS_ON.then(|| classes(item, data)).transpose();
    }
    let name = item.ident.clone();
    let fields = named_fields(item)?;
    let keywords = fields.iter().map(keyword_of_given).collect::<Result<Vec<_>, _>>()?;
    let methods = methods(&name, &plain(&name, &fields.iter().collect::<Vec<_>>(), &keywords));
    class(item, PACKAGE, &quote!(frozen, from_py_object, get_all));
    Ok(methods)
}

/// The classes of an enum, one for each variant. pyo3 writes their constructors, which can only refuse what a field's
/// type refuses: so they are made of a twin of the enum, in which every field has a name, and a text is an `Id`.
fn classes(item: &DeriveInput, data: &DataEnum) -> Result<Tokens, Error> {
    let name = &item.ident;
    let (twin, word) = (format_ident!("Python{name}"), name.to_string());
    let about = docs(&item.attrs);
    let (mut variants, mut outwards, mut inwards) = (Vec::new(), Vec::new(), Vec::new());
    // An enum of nothing but texts is one of ids.
    let mut all = data.variants.iter().flat_map(|variant| &variant.fields);
    let word_of_text = if all.all(|field| outermost(field) == "String") { "id" } else { "value" };
    for variant in &data.variants {
        let (ident, about) = (&variant.ident, docs(&variant.attrs));
        let (mut fields, mut names, mut keywords, mut taken) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for field in &variant.fields {
            let (about, ty) = (docs(&field.attrs), &field.ty);
            let outermost = outermost(field);
            let is_text = outermost == "String";
            // What Python has a type of its own for is checked when an object is made of it.
            let is_plain = field.ident.is_none() && matches!(outermost.as_str(), "bool" | "i64" | "Vec");
            let named = match (is_text, is_plain) {
                (true, _) => word_of_text.to_owned(),
                (false, true) => "value".to_owned(),
                (false, false) => snake_case(&outermost),
            };
            let named = field.ident.clone().unwrap_or_else(|| format_ident!("{named}"));
            let text = about.is_empty().then(|| format!("The {named}."));
            let default_docs = text.map(|text| quote!(#[doc = #text]));
            let (ty, take) = match (is_text, is_plain) {
                (true, _) if word_of_text == "id" => (quote!(crate::wire::Id), quote!(#named.into())),
                (true, _) | (false, true) => (quote!(crate::wire::Plain<#ty>), quote!(#named.0)),
                (false, false) => (quote!(#ty), quote!(#named.into())),
            };
            taken.push(take);
            fields.push(quote!(#default_docs #(#about)* #named: #ty));
            keywords.push(if outermost == "Option" { quote!(#named = None) } else { quote!(#named) });
            names.push(named);
        }
        variants.push(quote!(#(#about)* #[pyo3(constructor = (#(#keywords),*))] #ident { #(#fields),* }));
        let pattern = match variant.fields {
            Fields::Unnamed(_) => quote!((#(#names),*)),
            Fields::Named(_) | Fields::Unit => quote!({ #(#names),* }),
        };
        let made = match variant.fields {
            Fields::Unnamed(_) => quote!((#(#taken),*)),
            Fields::Named(_) | Fields::Unit => quote!({ #(#names: #taken),* }),
        };
        outwards.push(quote!(#name::#ident #pattern => Self::#ident { #(#names: #names.into()),* }));
        inwards.push(quote!(#twin::#ident { #(#names),* } => Self::#ident #made));
    }
    let (methods, module) = (shown(&quote!(None)), PACKAGE);
    // What JSON reads through another type is read in a way of its own in Python, too.
    let is_read_apart = item.attrs.iter().any(|attribute| quote!(#attribute).to_string().contains("try_from"));
    let refusal = format!("{} must be a '{word}'", snake_case(&word));
    let reading = (!is_read_apart).then(|| {
        quote! {
            impl<'a, 'py> ::pyo3::FromPyObject<'a, 'py> for #name {
                type Error = ::pyo3::PyErr;

                #[cfg(feature = "stubs")]
                const INPUT_TYPE: ::pyo3::inspect::PyStaticExpr = <#twin as ::pyo3::PyTypeInfo>::TYPE_HINT;

                fn extract(object: ::pyo3::Borrowed<'a, 'py, ::pyo3::PyAny>) -> Result<Self, Self::Error> {
                    match object.cast::<#twin>() {
                        Ok(found) => Ok(found.get().clone().into()),
                        Err(_) => Err(crate::wire::no_instance(&object, #refusal)),
                    }
                }
            }
        }
    });
    Ok(quote! {
        #(#about)*
        #[::pyo3::pyclass(eq, frozen, hash, module = #module, name = #word)]
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum #twin { #(#variants),* }

        #[::pyo3::pymethods]
        impl #twin { #methods }

        impl From<#name> for #twin {
            #[allow(clippy::useless_conversion, reason = "only a text is another type here")]
            fn from(value: #name) -> Self {
                match value { #(#outwards),* }
            }
        }

        impl From<#twin> for #name {
            #[allow(clippy::useless_conversion, reason = "only a text is another type here")]
            fn from(value: #twin) -> Self {
                match value { #(#inwards),* }
            }
        }

        impl<'py> ::pyo3::IntoPyObject<'py> for #name {
            type Target = #twin;
            type Output = ::pyo3::Bound<'py, #twin>;
            type Error = ::pyo3::PyErr;

            #[cfg(feature = "stubs")]
            const OUTPUT_TYPE: ::pyo3::inspect::PyStaticExpr = <#twin as ::pyo3::PyTypeInfo>::TYPE_HINT;

            fn into_pyobject(self, py: ::pyo3::Python<'py>) -> Result<Self::Output, Self::Error> {
                #twin::from(self).into_pyobject(py)
            }
        }

        #reading
    })
}

fn docs(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).collect()
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

fn class(item: &mut DeriveInput, module: &str, options: &Tokens) {
    if IS_ON {
        item.attrs.push(parse_quote!(#[::pyo3::pyclass(eq, module = #module, #options)]));
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
