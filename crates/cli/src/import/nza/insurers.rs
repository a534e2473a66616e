//! Insurers as columns and remarks name them.

use super::text::{self, Token};

/// Stands for every insurer that the offering's other figures do not name.
pub(in crate::import) const OTHERS: &str = "Overig";

/// Names under which insurers and their labels are known: words as they are found, name as it is kept.
const KNOWN: [(&str, &str); 47] = [
    ("zilveren kruis", "Zilveren Kruis"),
    ("zorg en zekerheid", "Zorg en Zekerheid"),
    ("zorg zekerheid", "Zorg en Zekerheid"),
    ("de friesland", "De Friesland"),
    ("friesland zorgverzekeraar", "De Friesland"),
    ("delta lloyd", "Delta Lloyd"),
    ("nationale nederlanden", "Nationale-Nederlanden"),
    ("de amersfoortse", "De Amersfoortse"),
    ("stad holland", "Stad Holland"),
    ("united consumers", "United Consumers"),
    ("national academic", "National Academic"),
    ("pro life", "Pro Life"),
    ("achmea", "Achmea"),
    ("aevitae", "Aevitae"),
    ("agis", "Agis"),
    ("anderzorg", "Anderzorg"),
    ("asr", "ASR"),
    ("avero", "Avéro"),
    ("besured", "Besured"),
    ("bewuzt", "Bewuzt"),
    ("caresq", "Caresq"),
    ("caresco", "Caresco"),
    ("cz", "CZ"),
    ("czdirect", "CZdirect"),
    ("ditzo", "Ditzo"),
    ("dsw", "DSW"),
    ("eno", "Eno"),
    ("fbto", "FBTO"),
    ("hollandzorg", "HollandZorg"),
    ("iak", "IAK"),
    ("interpolis", "Interpolis"),
    ("intwente", "InTwente"),
    ("iza", "IZA"),
    ("izz", "IZZ"),
    ("menzis", "Menzis"),
    ("multizorg", "Multizorg"),
    ("nedasco", "Nedasco"),
    ("ohra", "OHRA"),
    ("onvz", "ONVZ"),
    ("promovendum", "Promovendum"),
    ("salland", "Salland"),
    ("umc", "UMC"),
    ("unive", "Univé"),
    ("vgz", "VGZ"),
    ("vrz", "VRZ"),
    ("zekur", "ZEKUR"),
    ("zilverenkruis", "Zilveren Kruis"),
];

/// Returns the insurers that a text names, in order, each once.
pub(super) fn named(tokens: &[Token]) -> Vec<String> {
    let words: Vec<&str> = tokens.iter().filter_map(Token::word).collect();
    let mut found: Vec<String> = Vec::new();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        let known = KNOWN.iter().find_map(|(key, name)| {
            let key: Vec<&str> = key.split(' ').collect();
            rest.starts_with(&key).then_some((*name, key.len()))
        });
        let length = known.map_or(1, |(_, length)| length);
        let others = matches!(rest, ["overige" | "andere", next, ..] if is_insurer_word(next));
        let name = known.map(|(name, _)| name).or(others.then_some(OTHERS));
        if let Some(name) = name.filter(|name| !found.iter().any(|known| known == name)) {
            found.push(name.to_owned());
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// Reads the column: the insurers that a row's figures hold for; none: all. `Err`: it cannot be said which.
pub(super) fn column(value: &str) -> Result<Vec<String>, ()> {
    let tokens = text::tokens(value);
    if text::has_any(
        &tokens,
        &[
            "behalve",
            "niet",
            "geen",
            "excl",
            "exclusief",
            "uitgezonderd",
            "mits",
            "contract",
        ],
    ) {
        return Err(());
    }
    let mut insurers = Vec::new();
    for part in parts(&tokens) {
        let words: Vec<&str> = part.iter().filter_map(Token::word).collect();
        match words.as_slice() {
            [] | ["onbekend" | "nvt"] if part.iter().all(|token| token.number().is_none()) => {}
            ["alle" | "allen"] => {}
            ["alle", rest @ ..] if rest.iter().all(|word| is_insurer_word(word)) => {}
            ["overig" | "overige" | "anders" | "andere", rest @ ..]
                if rest.iter().all(|word| is_insurer_word(word)) =>
            {
                insurers.push(OTHERS.to_owned());
            }
            _ => insurers.extend(names(part)?),
        }
    }
    insurers.sort_unstable();
    insurers.dedup();
    Ok(insurers)
}

/// Known names are kept as they are known; another name as it is written.
fn names(part: &[Token]) -> Result<Vec<String>, ()> {
    let known = named(part);
    if !known.is_empty() {
        return Ok(known);
    }
    if let [token] = part
        && let Some(code) = token.number()
    {
        return if code.len() == 4 {
            Ok(vec![code.to_owned()])
        } else {
            Err(())
        };
    }
    let name = part
        .iter()
        .map(|token| token.text.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let plausible = name.chars().any(char::is_alphabetic) && name.chars().count() <= 40;
    if plausible {
        Ok(vec![capitalised(&name)])
    } else {
        Err(())
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A column may name several: "CZ, VGZ", "CZ/VGZ", "CZ en VGZ". A dash belongs to a name.
fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let known_with_and = |at: usize| {
        at > 0
            && text::starts_with(
                tokens.get(at - 1..).unwrap_or_default(),
                &["zorg", "en", "zekerheid"],
            )
    };
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, token) in tokens.iter().enumerate() {
        let divides = matches!(token.text.as_str(), "," | ";" | "/" | "|" | "&" | "+")
            || (token.word() == Some("en") && !known_with_and(at));
        if divides {
            parts.push(tokens.get(from..at).unwrap_or_default());
            from = at + 1;
        }
    }
    parts.push(tokens.get(from..).unwrap_or_default());
    parts
}

fn is_insurer_word(word: &str) -> bool {
    word.starts_with("verzeker") || word.starts_with("zorgverzeker")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_names_its_insurers() {
        let remark = "Per 03-10-2017 geldt een clientenstop voor: Zorgverzekeraars die onder de koepel van VGZ, Menzis, CZ vallen.";
        assert_eq!(named(&text::tokens(remark)), ["VGZ", "Menzis", "CZ"]);
        assert_eq!(
            named(&text::tokens("zilveren-kruis en de overige verzekeraars")),
            ["Zilveren Kruis", OTHERS]
        );
        assert!(named(&text::tokens("Aanmeldstop")).is_empty());
    }

    #[test]
    fn a_column_names_one_several_all_or_the_others() {
        assert_eq!(column("cz"), Ok(vec!["CZ".to_owned()]));
        assert_eq!(
            column("VGZ / Zorg en Zekerheid, CZ"),
            Ok(vec!["CZ".into(), "VGZ".into(), "Zorg en Zekerheid".into()])
        );
        assert_eq!(column("Overig"), Ok(vec![OTHERS.to_owned()]));
        assert_eq!(column("3311"), Ok(vec!["3311".to_owned()]));
        assert_eq!(
            column("Zorgfonds Noord"),
            Ok(vec!["Zorgfonds noord".to_owned()])
        );
        for all in ["", "-", "Alle", "alle zorgverzekeraars", "Onbekend"] {
            assert_eq!(column(all), Ok(vec![]), "{all}");
        }
    }

    #[test]
    fn a_column_that_leaves_some_out_is_not_certain() {
        assert_eq!(column("Alle behalve CZ"), Err(()));
        assert_eq!(column("niet gecontracteerd"), Err(()));
        assert_eq!(column("12"), Err(()));
    }
}
