//! Searching in generated output, held against a plain walk over all rows.

use super::*;
use crate::run::hole::tail_path;
use crate::text;
use crate::tui::find::{Found, Seek, Sought, Streams, Wanted, What};
use crate::tui::seen::Row;
use crate::tui::widget::needle::Needle;

fn pattern(text: &str) -> Needle {
    Needle::new(text).unwrap().unwrap()
}

fn search(text: &str) -> Wanted {
    Wanted { search: Some(pattern(text)), ..Wanted::default() }
}

fn seek(what: What, forward: bool, from: u64) -> Seek {
    Seek { id: 1, what, forward, from }
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

impl Bench {
    /// The window when everything was looked through.
    fn settled(&mut self, run: &Written, from: From, height: u16, wanted: &Wanted) -> Page {
        let mut page = self.want(run, None, from, height, wanted.clone());
        for _ in 0..10_000 {
            let Found { searching, filtering, sought, .. } = page.found;
            if !page.reading && !searching && !filtering && (sought.is_some() || wanted.seek.is_none()) {
                return page;
            }
            page = self.want(run, None, from, height, wanted.clone());
        }
        panic!("it is never done");
    }
}

/// Some megabytes on both streams, in pieces that end anywhere: colours inside words, progress, long lines, rubbish, the
/// supervisor's own lines, and unfinished last lines. Every 97th line has the word in one of its forms.
fn generated(bench: &Bench, lines: u64) -> Written {
    let run = bench.run();
    let mut dice = Dice(7);
    let forms: [&[u8]; 5] =
        [b"needle", b"need\x1b[31mle\x1b[0m", b"NEEDLE", b"10%\r20% needle", b"\xff\tneedle"];
    let mut pieces: [Vec<u8>; 2] = [Vec::new(), Vec::new()];
    let mut t_us = 1_000;
    for number in 0..lines {
        let stream = usize::from(dice.roll(3) == 0);
        let out = &mut pieces[stream];
        out.extend(format!("line {number} ").bytes());
        out.extend(std::iter::repeat_n(b'x', usize::try_from(dice.roll(400)).unwrap()));
        if number % 97 == 0 {
            out.extend(forms[usize::try_from(number / 97 % 5).unwrap()]);
        }
        if number % 700 == 0 {
            out.extend(std::iter::repeat_n(b'y', 70_000));
        }
        if number % 900 == 0 {
            // Progress on one line, whose last state is behind what is read of a long one.
            out.extend(b"\rall of it: needle");
        }
        out.extend(if number + 1 < lines { "\n" } else { " needle, unfinished" }.bytes());
        if dice.roll(20) == 0 || number + 1 == lines {
            for (out, stream) in pieces.iter_mut().zip([Stream::Out, Stream::Err]) {
                let whole = number + 1 == lines;
                let end =
                    if whole { out.len() } else { usize::try_from(dice.roll(out.len() as u64 + 1)).unwrap() };
                t_us += dice.roll(1_000);
                let piece: Vec<u8> = out.drain(..end).collect();
                if !piece.is_empty() {
                    run.print(t_us, stream, &piece);
                }
            }
        }
        if number % 601 == 0 {
            run.event(t_us, Event::Skipped { step: 0, reason: format!("a needle of {number}") });
        }
    }
    run
}

/// Every row there is.
fn all(bench: &mut Bench, run: &Written) -> Vec<Row> {
    let mut rows = Vec::new();
    loop {
        let page = bench.settled(run, From::Row(rows.len() as u64), 9_999, &Wanted::default());
        rows.extend(page.rows);
        if rows.len() as u64 >= page.total {
            return rows;
        }
    }
}

fn lines(count: u64, line: impl Fn(u64) -> String) -> String {
    (0..count).map(line).collect()
}

fn plain(row: &Row) -> String {
    text::safe(row.text.as_bytes())
}

#[test]
fn every_hit_is_counted_and_reached_both_ways() {
    let mut bench = Bench::new();
    let run = generated(&bench, 3_000);
    let rows = all(&mut bench, &run);
    for (text, streams) in [
        ("needle", Streams::Both),
        ("NEEDLE", Streams::Both),
        ("/0 x*needle/", Streams::Only(Source::Output(Stream::Out))),
        ("needle", Streams::Only(Source::Output(Stream::Err))),
        ("needle", Streams::Only(Source::Supervisor)),
        ("nowhere", Streams::Both),
    ] {
        let is_hit = |row: &Row| streams.show(row.source) && pattern(text).is_in(&plain(row));
        let hits: Vec<u64> = (0..).zip(&rows).filter(|(_, row)| is_hit(row)).map(|(at, _)| at).collect();
        let wanted = Wanted { streams, ..search(text) };
        let page = bench.settled(&run, From::End, 5, &wanted);
        assert_eq!(page.found.hits, hits.len() as u64, "{text} {streams:?}");
        let mut go = |forward, from| {
            let wanted = Wanted { seek: Some(seek(What::Hit, forward, from)), ..wanted.clone() };
            bench.settled(&run, From::End, 5, &wanted).found.sought.unwrap()
        };
        if hits.is_empty() {
            assert_eq!(go(true, 3).row, None);
            assert_eq!(go(false, 3).row, None);
            continue;
        }
        for at in (0..hits.len()).step_by(1 + hits.len() / 4) {
            let next = hits.get(at + 1).copied();
            let expected = Sought { id: 1, row: next.or(Some(hits[0])), wrapped: next.is_none() };
            assert_eq!(go(true, hits[at] + 1), expected, "{text} {streams:?} after {at}");
            let before = at.checked_sub(1).map(|at| hits[at]);
            let expected = Sought { id: 1, row: before.or(hits.last().copied()), wrapped: before.is_none() };
            assert_eq!(go(false, hits[at]), expected, "{text} {streams:?} before {at}");
        }
        for at in (0..hits.len()).step_by(1 + hits.len() / 3).chain([hits.len() - 1]) {
            let wanted = Wanted { current: Some(hits[at]), ..wanted.clone() };
            let rank = bench.settled(&run, From::End, 5, &wanted).found.rank;
            assert_eq!(rank, Some(at as u64 + 1), "{text} {streams:?}");
        }
    }
}

#[test]
fn a_filter_shows_what_a_plain_walk_finds() {
    let mut bench = Bench::new();
    let run = generated(&bench, 3_000);
    let rows = all(&mut bench, &run);
    let err = Streams::Only(Source::Output(Stream::Err));
    let sup = Streams::Only(Source::Supervisor);
    for (text, streams) in
        [(Some("needle"), Streams::Both), (None, err), (Some("17"), err), (None, sup), (Some("nowhere"), err)]
    {
        let filter = text.map(pattern);
        let wanted = Wanted { streams, filter: filter.clone(), ..Wanted::default() };
        let is_shown =
            |row: &Row| streams.show(row.source) && filter.as_ref().is_none_or(|f| f.is_in(&plain(row)));
        let shown: Vec<(u64, &Row)> = (0..).zip(&rows).filter(|(_, row)| is_shown(row)).collect();
        let mut check = |from, first: usize| {
            let page = bench.settled(&run, from, 7, &wanted);
            let expected: Vec<_> = shown.iter().skip(first).take(7).collect();
            assert_eq!(page.total, shown.len() as u64);
            assert_eq!(
                page.rows.iter().collect::<Vec<_>>(),
                expected.iter().map(|(_, row)| *row).collect::<Vec<_>>()
            );
            assert_eq!(page.found.numbers, expected.iter().map(|(at, _)| *at).collect::<Vec<_>>());
            assert_eq!((page.first, page.found.ends()), (first as u64, first + 7 >= shown.len()));
        };
        let end = shown.len().saturating_sub(7);
        check(From::End, end);
        for first in (0..shown.len()).step_by(1 + shown.len() / 5) {
            check(From::Row(first as u64), first);
            check(From::At { row: shown[first].0, above: 0 }, first);
            check(From::At { row: shown[first].0, above: 2 }, first.saturating_sub(2).min(end));
            // A row that is not shown: the next one that is.
            let next =
                shown.iter().position(|(at, _)| *at > shown[first].0).filter(|_| first + 1 < shown.len());
            if let Some(next) = next {
                check(From::At { row: shown[first].0 + 1, above: 0 }, next);
            }
        }
    }
}

#[test]
fn lines_stand_around_those_of_a_filter() {
    let mut bench = Bench::new();
    let run = bench.run();
    let needle = |n: u64| if n % 10_000 == 5 || n == 10_007 { " needle" } else { "" };
    let text = lines(40_000, |n| format!("line {n}{}\n", needle(n)));
    run.print(1, Stream::Out, text.as_bytes());
    let mut wanted = Wanted { filter: Some(pattern("needle")), context: 2, ..Wanted::default() };
    let mut numbers = |from, context, height| {
        wanted.context = context;
        let page = bench.settled(&run, from, height, &wanted);
        let ends = page.found.ends();
        (page.first, page.found.numbers, page.total, ends)
    };
    let first = vec![3, 4, 5, 6, 7, 10_003, 10_004, 10_005, 10_006, 10_007, 10_008, 10_009];
    assert_eq!(numbers(From::Row(0), 2, 12), (0, first.clone(), 5, false));
    assert_eq!(numbers(From::Row(1), 0, 12), (1, vec![10_005, 10_007, 20_005, 30_005], 5, true));
    assert_eq!(numbers(From::Row(4), 1, 12), (4, vec![30_004, 30_005, 30_006], 5, true));
    let end = vec![20_006, 20_007, 30_003, 30_004, 30_005, 30_006, 30_007];
    assert_eq!(numbers(From::End, 2, 7), (4, end, 5, true));
    assert_eq!(numbers(From::Row(0), 6, 8).1, (0..8).collect::<Vec<_>>());
}

#[test]
fn jumps_lead_to_tracebacks_errors_and_silences() {
    let mut bench = Bench::new();
    let run = bench.run();
    let filler = lines(30_000, |n| format!("line {n}\n"));
    let second = 1_000_000;
    run.print(second, Stream::Out, filler.as_bytes());
    run.print(
        2 * second,
        Stream::Err,
        b"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nValueError: x\n",
    );
    run.print(20 * second, Stream::Out, filler.as_bytes());
    run.print(21 * second, Stream::Out, b"2026-01-01 ERROR it went wrong\nfine\n");
    run.print(40 * second, Stream::Err, b"KeyError: 'open'");
    let mut go = |what, forward, from| {
        let wanted = Wanted { seek: Some(seek(what, forward, from)), ..Wanted::default() };
        bench.settled(&run, From::End, 5, &wanted).found.sought.unwrap().row
    };
    let (head, level, open) = (30_000, 60_003, 60_005);
    assert_eq!(go(What::Trouble, true, 0), Some(head));
    assert_eq!(go(What::Trouble, true, head + 1), Some(level));
    assert_eq!(go(What::Trouble, true, level + 1), Some(open));
    assert_eq!(go(What::Trouble, true, open + 1), None);
    assert_eq!(go(What::Trouble, false, open + 1), Some(open));
    assert_eq!(go(What::Trouble, false, open), Some(level));
    assert_eq!(go(What::Trouble, false, level), Some(head));
    assert_eq!(go(What::Trouble, false, head), None);
    assert_eq!(go(What::Gap, true, 0), Some(30_003));
    assert_eq!(go(What::Gap, true, 30_004), Some(open));
    assert_eq!(go(What::Gap, false, open), Some(30_003));
    assert_eq!(go(What::Gap, false, 30_003), None);
}

#[test]
fn new_lines_of_a_live_run_are_counted_and_a_new_question_ends_the_old_one() {
    let mut bench = Bench::new();
    let run = generated(&bench, 5_000);
    let before = bench.settled(&run, From::End, 5, &search("needle")).found.hits;
    run.print(9_000_000, Stream::Out, b"\nneedle\nmore\nneedle");
    assert_eq!(bench.settled(&run, From::End, 5, &search("needle")).found.hits, before + 2);
    let other = bench.want(&run, None, From::End, 5, search("nowhere"));
    assert_eq!((other.found.hits, other.found.rank), (0, None));
    let none = bench.settled(&run, From::End, 5, &Wanted::default());
    assert_eq!((none.found.hits, none.found.searching), (0, false));
}

#[test]
fn what_is_not_kept_is_not_searched_and_the_rest_is() {
    let mut bench = Bench::new();
    let run = bench.run();
    let head = lines(20_000, |n| format!("needle {n}\n"));
    run.print(1, Stream::Out, head.as_bytes());
    let (from, to) = (head.len() as u64, head.len() as u64 + 1_000_000);
    let hole = |to| Event::Hole { stream: 1, from, to, tail: true };
    run.event(2, hole(None));
    assert_eq!(bench.settled(&run, From::End, 5, &search("needle")).found.hits, 20_000);
    append(&run.dir.timeline(), &record(3, Stream::Out, 1_000_000));
    append(&run.dir.timeline(), &record(4, Stream::Out, 14));
    fs::write(tail_path(&run.dir, Stream::Out), "needle\nneedle\n").unwrap();
    run.event(5, hole(Some(to)));
    let wanted = Wanted { seek: Some(seek(What::Hit, true, 20_000)), ..search("needle") };
    let page = bench.settled(&run, From::End, 5, &wanted);
    assert_eq!(page.found.hits, 20_002);
    let all = all(&mut bench, &run);
    let row = usize::try_from(page.found.sought.unwrap().row.unwrap()).unwrap();
    assert_eq!(all[row].text, "needle");
    assert!(all[..row].iter().any(|row| row.text.contains("not kept")), "it stands behind the hole");
}
