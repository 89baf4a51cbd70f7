//! The reply on a run's standard output, read whole or, where the middle is not kept, from the end that is.

use std::io;

use crate::agent::protocol::{self, Answer, Reply};
use crate::run::dir::RunDir;
use crate::run::hole::Hole;
use crate::run::output::Stream;
use crate::run::walk::StreamFile;

/// Most bytes of standard output that are read, the last ones.
const LARGEST: u64 = 512 << 20;

/// An answer, and the text in which it was found.
pub struct Found {
    pub answer: Answer,
    pub text: Vec<u8>,
    /// Where in standard output the text begins.
    pub offset: u64,
}

/// Reads the reply; the error is a sentence.
pub fn read(dir: &RunDir, hole: Hole) -> Result<Found, String> {
    let part = |largest: u64| -> io::Result<(Vec<u8>, u64)> {
        let mut source = StreamFile::open(dir, Stream::Out, hole)?;
        let length = source.length()?;
        let cut = if hole.bytes() > 0 { hole.to } else { 0 };
        let from = length.saturating_sub(largest).max(cut);
        Ok((source.range(from, length)?, from))
    };
    let (text, from) = part(LARGEST).map_err(|error| format!("stdout could not be read again: {error}"))?;
    if from == 0 {
        return Ok(Found { answer: protocol::read(&text), text, offset: 0 });
    }
    at_the_end(text, from)
}

/// The answer in the last bytes of an output, of which those before `from` are not read. What goes on from there is
/// no whole line.
fn at_the_end(mut text: Vec<u8>, from: u64) -> Result<Found, String> {
    let line = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
    if text[line..].trim_ascii().is_empty() {
        return Err(format!(
            "the last line of stdout began before byte {from}, and what is before that is not kept or too much to \
             read: print less, or raise keep_output"
        ));
    }
    text.drain(..line);
    let mut answer = protocol::read(&text);
    match &mut answer.reply {
        Reply::Malformed(why) => {
            *why = format!("{why}, as far as the end of stdout tells, which was read from byte {from} on");
        }
        Reply::Result(_) | Reply::Error(_) => {
            // How many they are nobody has counted.
            answer.warnings =
                vec!["other lines stand on stdout beside the answer: logs belong on stderr".to_owned()];
        }
    }
    Ok(Found { answer, text, offset: from + line as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(&str, u64), &str>) {
        match (at_the_end(text.into(), 1_000), expected) {
            (
                Ok(Found { answer: Answer { reply: Reply::Result(range), .. }, text, offset }),
                Ok(expected),
            ) => {
                let start = offset + range.start as u64;
                assert_eq!((std::str::from_utf8(&text[range]).unwrap(), start), expected);
            }
            (Ok(Found { answer: Answer { reply: Reply::Malformed(why), .. }, .. }) | Err(why), Err(part)) => {
                assert!(why.contains(part), "{why}");
            }
            (Ok(found), expected) => panic!("{:?} instead of {expected:?}", found.answer),
            (Err(why), expected) => panic!("{why:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_whole_line_at_the_end_is_the_answer() {
        check("se\n{\"result\": 12}\n", Ok(("12", 1_014)));
        check("se\nmore\n{\"result\": 12}\nbye\n", Ok(("12", 1_019)));
    }

    #[test]
    fn what_began_before_is_none() {
        check("{\"result\": 12}\n", Err("began before byte 1000"));
        check("\"n\": 1}}", Err("began before byte 1000"));
        check("1,\n2\n]}\n", Err("no line of what the agent printed"));
        check("\n{\"result\": 1}\n{\"result\": 2}\n", Err("2 lines of stdout"));
    }
}
