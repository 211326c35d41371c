//! Percent-decoding of paths and queries.

/// The text with every `%xx` replaced by its byte. What is no such triple stays.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let byte = if *first == b'%' { after.get(..2).and_then(hexadecimal) } else { None };
        if byte.is_some() {
            rest = &after[2..];
        }
        bytes.push(byte.unwrap_or(*first));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triples_become_bytes_and_the_rest_stays() {
        assert_eq!(decoded("a%2Fb%E4%B8%AD+%zz%"), "a/b中+%zz%");
    }
}
