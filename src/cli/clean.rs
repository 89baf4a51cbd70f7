//! `plugdeck clean`: ends orphans, and proves that they are gone.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::failure::{self, Failure};
use crate::cli::orphan_rows::Row;
use crate::cli::print;
use crate::ops::{Context, clean};
use crate::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only say what would be ended
    #[arg(long)]
    dry_run: bool,
    /// Also what another tool has left behind running an agent of the store
    #[arg(long)]
    foreign: bool,
    /// Print one JSON array
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Cleaned {
    #[serde(flatten)]
    orphan: Row,
    ended: bool,
    /// Why it lives on; null where it has ended, or nothing was tried.
    left: Option<String>,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let (meant, others) = clean::meant(context, args.foreign);
    let rows: Vec<Cleaned> = if args.dry_run {
        meant.iter().map(|orphan| Cleaned { orphan: Row::of(orphan), ended: false, left: None }).collect()
    } else {
        // The age is that of the end.
        let cleaned = clean::end(context, &meant).into_iter();
        cleaned
            .map(|one| Cleaned { orphan: Row::of(&one.orphan), ended: one.left.is_none(), left: one.left })
            .collect()
    };
    let left = rows.iter().filter(|row| row.left.is_some()).count();
    let code = u8::from(left > 0);
    if !others.is_empty() {
        let them = if others.len() == 1 { "it" } else { "them" };
        print::talk(&format!(
            "{} of another tool: `plugdeck clean --foreign` ends {them}",
            count(others.len())
        ));
    }
    if args.json {
        return Ok(failure::printed(print::json(&rows), code));
    }
    for row in &rows {
        let became = match (&row.left, args.dry_run) {
            (_, true) => "would end".to_owned(),
            (None, false) => "ended".to_owned(),
            (Some(reason), false) => format!("still there, {reason}"),
        };
        print::data(&format!("{}  ({})\n", row.orphan.line(), text::safe(became.as_bytes())))?;
    }
    match (args.dry_run, rows.len()) {
        (_, 0) => print::talk("no orphans"),
        (true, _) => {}
        (false, all) => print::talk(&format!("{} ended; verified: {} left", all - left, count(left))),
    }
    Ok(ExitCode::from(code))
}

fn count(number: usize) -> String {
    format!("{number} {}", if number == 1 { "process" } else { "processes" })
}
