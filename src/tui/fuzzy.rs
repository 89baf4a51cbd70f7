//! What a few typed letters find: every word of a pattern must stand in a text, its letters in this order, near to
//! each other or at the beginnings of words.

/// What a letter that stands where it should is worth.
const LETTER: i32 = 8;
/// More for one that begins a word, or follows the letter found before.
const BETTER: i32 = 8;
/// The most that the letters left out before one may cost.
const GAP: i32 = 6;
/// Characters that a letter of a word may take up with those left out behind it: in a sentence of help nearly every
/// word can be found in scattered letters.
const SPREAD: usize = 5;

/// Typed words, ready to be looked for.
#[derive(Clone, Debug, Default)]
pub struct Pattern {
    words: Vec<Vec<char>>,
}

impl Pattern {
    /// The words of a text; capitals do not count.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let words = text.split_whitespace().map(|word| word.chars().map(fold).collect());
        Self { words: words.collect() }
    }

    /// Whether it finds everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well a text fits; `None`: not at all.
    #[must_use]
    pub fn score(&self, text: &str) -> Option<i32> {
        self.score_any(&[text])
    }

    /// The same where each word may stand in any of some texts, the first of them being worth a little more.
    #[must_use]
    pub fn score_any(&self, texts: &[&str]) -> Option<i32> {
        let mut sum = 0;
        for word in &self.words {
            let scores = texts.iter().enumerate().filter_map(|(at, text)| {
                let later = i32::from(at > 0);
                Some(best(word, text)?.0 - later)
            });
            sum += scores.max()?;
        }
        Some(sum)
    }

    /// The characters of a text that its words find, counted from 0; of words that are not in it none.
    #[must_use]
    pub fn hits(&self, text: &str) -> Vec<usize> {
        let chars: Vec<char> = text.chars().map(fold).collect();
        let mut hits = Vec::new();
        for word in &self.words {
            if let Some((_, start)) = best(word, text) {
                walk(word, &chars, start, |at| hits.push(at));
            }
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }
}

/// The best score of a word in a text, and where it starts then.
fn best(word: &[char], text: &str) -> Option<(i32, usize)> {
    // Most texts do not have the letters at all, and that is quickly seen.
    let mut letters = word.iter();
    let mut next = letters.next();
    for c in text.chars().map(fold) {
        if next == Some(&c) {
            next = letters.next();
        }
    }
    if next.is_some() {
        return None;
    }
    let chars: Vec<char> = text.chars().map(fold).collect();
    let starts = (0..chars.len()).filter(|at| word.first() == chars.get(*at));
    let mut found: Option<(i32, usize)> = None;
    for start in starts {
        let mut end = start;
        let Some(score) = walk(word, &chars, start, |at| end = at) else { break };
        if end - start <= SPREAD * word.len() && found.is_none_or(|(most, _)| score > most) {
            found = Some((score, start));
        }
    }
    let enough = LETTER * i32::try_from(word.len()).unwrap_or(i32::MAX);
    found.filter(|(score, _)| *score >= enough)
}

/// Goes through a text from a start, takes each letter where it comes next, and counts what that is worth.
fn walk(word: &[char], chars: &[char], start: usize, mut hit: impl FnMut(usize)) -> Option<i32> {
    let (mut score, mut at) = (0, start);
    for (number, letter) in word.iter().enumerate() {
        let found = at + chars.get(at..)?.iter().position(|c| c == letter)?;
        let begins = found == 0 || !chars[found - 1].is_alphanumeric();
        score += LETTER;
        if number > 0 && found == at {
            score += BETTER;
        } else if begins {
            score += BETTER / 2 + if number == 0 { BETTER / 2 } else { 0 };
        } else if number > 0 {
            score -= i32::try_from(found - at).unwrap_or(GAP).min(GAP);
        }
        hit(found);
        at = found + 1;
    }
    Some(score)
}

fn fold(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn better(pattern: &str, first: &str, second: &str) {
        let pattern = Pattern::new(pattern);
        let (first, second) = (pattern.score(first), pattern.score(second));
        assert!(first > second, "{first:?} {second:?}");
    }

    #[test]
    fn what_stands_together_or_begins_a_word_comes_first() {
        better("expl", "explain_code", "example_plan");
        better("gc", "generate_code", "magic");
        better("sum", "summarize", "consume");
        better("run", "run", "rerun");
        better("EXPL", "Explain", "");
    }

    #[test]
    fn every_word_must_be_found_in_any_order_and_scattered_letters_are_nothing() {
        let finds = |pattern: &str, text: &str| Pattern::new(pattern).score(text).is_some();
        assert!(finds("code ana", "analysis-agent explain_code"));
        assert!(!finds("code zzz", "analysis-agent explain_code"));
        assert!(!finds("expl", "e a a a x a a a p a a a l") || finds("expl", "e x p l"));
        assert!(!finds("anst", "xxaxxxxxxnxxxxxxsxxxxxxt"));
        assert!(!finds("ana", "a selected text; else asks to quit, and twice quits at once"));
        assert!(finds("über", "Über uns") && finds("", "anything"));
    }

    #[test]
    fn hits_are_characters() {
        assert_eq!(Pattern::new("gc").hits("ä generate_code"), [2, 11]);
        assert_eq!(Pattern::new("code gen").hits("generate_code"), [0, 1, 2, 9, 10, 11, 12]);
        assert!(Pattern::new("zz").hits("generate").is_empty());
    }

    #[test]
    fn a_word_may_stand_in_any_of_the_texts() {
        let pattern = Pattern::new("cod expl");
        assert!(pattern.score_any(&["explain_code", "demo/coding-agent"]).is_some());
        assert!(pattern.score_any(&["validate", "demo/coding-agent"]).is_none());
    }
}
