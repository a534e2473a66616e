//! Published text as tokens: lower case, without accents, with the usual abbreviations written out.

/// A word, a number or a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// Nothing stands between this and the one before.
    pub(super) glued: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Sign,
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        (self.kind == Kind::Word).then_some(self.text.as_str())
    }

    pub(super) fn number(&self) -> Option<&str> {
        (self.kind == Kind::Number).then_some(self.text.as_str())
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }
}

/// Returns the text without accents, in lower case, with plain dashes, quotes and single spaces.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => folded.push('a'),
            'ç' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'ö' | 'õ' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ĳ' => folded.push_str("ij"),
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => folded.push('-'),
            '‘' | '’' | '`' | '´' => folded.push('\''),
            '½' if folded.ends_with(|last: char| last.is_ascii_digit()) => folded.push_str(",5"),
            '½' => folded.push_str("0,5"),
            // Combining accents and invisible marks.
            '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' => {}
            _ if letter.is_whitespace() || letter.is_control() => folded.push(' '),
            _ => folded.push(letter),
        }
    }
    single_spaced(&folded)
}

/// Returns the text trimmed, each run of white space as one space.
pub(in crate::import) fn single_spaced(text: &str) -> String {
    text.split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns the tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let folded = folded(text);
    let letters: Vec<char> = folded.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut glued = false;
    while let Some(&letter) = letters.get(at) {
        if letter == ' ' {
            glued = false;
            at += 1;
            continue;
        }
        let (kind, end) = match letter {
            _ if letter.is_ascii_digit() => {
                (Kind::Number, run(&letters, at, |c| c.is_ascii_digit()))
            }
            _ if letter.is_alphabetic() => (Kind::Word, end_of_word(&letters, at)),
            _ => (Kind::Sign, at + 1),
        };
        let text: String = letters
            .iter()
            .take(end)
            .skip(at)
            .filter(|c| kind != Kind::Word || c.is_alphabetic())
            .collect();
        tokens.push(Token { kind, text, glued });
        glued = true;
        at = end;
    }
    written_out(tokens)
}

fn run(letters: &[char], from: usize, belongs: fn(char) -> bool) -> usize {
    letters
        .iter()
        .skip(from)
        .position(|letter| !belongs(*letter))
        .map_or(letters.len(), |length| from + length)
}

/// A word ends where its letters end; `n.v.t.` and `t/m` are one word, `'s` and `d'oude` too.
fn end_of_word(letters: &[char], from: usize) -> usize {
    let plain = run(letters, from, |letter| {
        letter.is_alphabetic() || letter == '\''
    });
    if plain != from + 1 {
        return plain;
    }
    let mut end = plain;
    while let [mark @ ('.' | '/'), single, rest @ ..] = letters.get(end..).unwrap_or_default() {
        let alone = !rest.first().is_some_and(|next| next.is_alphabetic());
        if !single.is_alphabetic() || !alone || (*mark == '/' && end != plain) {
            break;
        }
        end += 2;
    }
    let abbreviated = end > plain;
    end + usize::from(abbreviated && letters.get(end) == Some(&'.'))
}

/// Joins phrases that mean one thing into the word that is used for it here.
fn written_out(tokens: Vec<Token>) -> Vec<Token> {
    const PHRASES: [(&[&str], &str); 13] = [
        (&["tot", "en", "met"], "tm"),
        (&["met", "ingang", "van"], "vanaf"),
        (&["miv"], "vanaf"),
        (&["ingaande"], "vanaf"),
        (&["ten", "minste"], "tenminste"),
        (&["ten", "hoogste"], "hooguit"),
        (&["met", "uitzondering", "van"], "behalve"),
        (&["muv"], "behalve"),
        (&["in", "verband", "met"], "vanwege"),
        (&["ivm"], "vanwege"),
        (&["wegens"], "vanwege"),
        (&["als", "gevolg", "van"], "vanwege"),
        (&["niet", "van", "toepassing"], "nvt"),
    ];
    let mut joined = Vec::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    while let Some(first) = rest.first() {
        let phrase = PHRASES.iter().find(|(words, _)| starts_with(rest, words));
        let (token, length) = match phrase {
            Some((words, meaning)) => (
                Token {
                    text: (*meaning).to_owned(),
                    ..first.clone()
                },
                words.len(),
            ),
            None => (first.clone(), 1),
        };
        joined.push(token);
        rest = rest.get(length..).unwrap_or_default();
    }
    joined
}

/// Tells whether the tokens begin with these words.
pub(super) fn starts_with(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len()
        && tokens
            .iter()
            .zip(words)
            .all(|(token, word)| token.word() == Some(*word))
}

/// Tells whether one of these words occurs.
pub(super) fn has_any(tokens: &[Token], words: &[&str]) -> bool {
    tokens
        .iter()
        .filter_map(Token::word)
        .any(|word| words.contains(&word))
}

/// Tells whether a word occurs that begins with one of these stems.
pub(super) fn has_stem(tokens: &[Token], stems: &[&str]) -> bool {
    tokens
        .iter()
        .filter_map(Token::word)
        .any(|word| stems.iter().any(|stem| word.starts_with(stem)))
}

/// Tells whether these words occur one after the other.
pub(super) fn has_phrase(tokens: &[Token], words: &[&str]) -> bool {
    (0..tokens.len()).any(|at| starts_with(tokens.get(at..).unwrap_or_default(), words))
}

/// Returns the sentences and parts of sentences of a text.
pub(super) fn clauses(tokens: &[Token]) -> Vec<&[Token]> {
    let mut clauses = Vec::new();
    let mut from = 0;
    for (at, token) in tokens.iter().enumerate() {
        let ends = match token.text.as_str() {
            ";" | "!" | "?" => true,
            "." => ends_sentence(tokens, at),
            _ => false,
        };
        if ends {
            clauses.push(tokens.get(from..at).unwrap_or_default());
            from = at + 1;
        }
    }
    clauses.push(tokens.get(from..).unwrap_or_default());
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

/// A point after a long word, with white space behind it; `jan. 2019` and `1.5` go on.
fn ends_sentence(tokens: &[Token], at: usize) -> bool {
    let after_long_word = at
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_some_and(|before| before.kind != Kind::Word || before.text.len() > 4);
    after_long_word && tokens.get(at + 1).is_none_or(|next| !next.glued)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn accents_and_case_and_odd_spaces_do_not_matter() {
        assert_eq!(shown("Patiënten\u{a0}stop"), ["patienten", "stop"]);
        assert_eq!(shown("6 à 8 weken"), ["6", "a", "8", "weken"]);
        assert_eq!(shown("12–16 weken"), ["12", "-", "16", "weken"]);
        assert_eq!(shown("2½ week"), ["2", ",", "5", "week"]);
    }

    #[test]
    fn abbreviations_are_one_word() {
        assert_eq!(shown("N.v.t."), ["nvt"]);
        assert_eq!(shown("niet van toepassing"), ["nvt"]);
        assert_eq!(shown("t/m 1 mei"), ["tm", "1", "mei"]);
        assert_eq!(shown("tot en met 1 mei"), ["tm", "1", "mei"]);
        assert_eq!(shown("m.i.v. 1-3"), ["vanaf", "1", "-", "3"]);
        assert_eq!(shown("a.s.r. en CZ"), ["asr", "en", "cz"]);
    }

    #[test]
    fn a_sentence_ends_at_its_point_and_not_at_that_of_a_month() {
        let tokens = tokens("Gesloten tot 1 jan. 2019. Daarna open; bel ons");
        let sentences: Vec<_> = clauses(&tokens).into_iter().map(<[Token]>::len).collect();
        assert_eq!(sentences, [6, 2, 2]);
    }
}
