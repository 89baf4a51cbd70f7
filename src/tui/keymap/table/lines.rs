//! The keys of lines of output: a call's, and a build's.

use crossterm::event::KeyCode;

use crate::tui::keymap::table::{ACCEPT, COPY, TIMES, WHY, char, on, row};
use crate::tui::keymap::{Action, Binding, Layer};

const SELECT: &str = "select lines, to copy or to save them";
const SEARCH: &str = "search: a text, or /a regex/; capitals only count where there is one";
const FILTER: &str = "show only lines with a text, or /a regex/; esc, or an empty text, shows all again";
const STREAMS: &str = "both streams, standard output, standard error, plugdeck's own lines";
const MARK: &str =
    "a mark with the time above the line: where one jumped, at the top, or at the end; again: away with it";

pub const LINES: &[Binding] = &[
    row(
        Layer::Output,
        &[on(KeyCode::Enter)],
        Action::Open,
        "open",
        "unfold the traceback with the coloured sign, else the run's own page",
    ),
    row(Layer::Output, &[char('f')], Action::Follow, "follow", "follow the end of the output"),
    row(Layer::Output, &[char('w')], Action::Why, "why", WHY),
    row(Layer::Output, &[char('i')], Action::Accept, "not an error", ACCEPT),
    row(Layer::Output, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Output, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    row(Layer::Output, &[char('S')], Action::Signal, "", "choose a signal for the run's first process"),
    row(Layer::Output, &[char('/')], Action::Search, "search", SEARCH),
    row(Layer::Output, &[char('n')], Action::NextHit, "next", "next line with the text"),
    row(Layer::Output, &[char('N')], Action::PreviousHit, "", "the one before"),
    row(Layer::Output, &[char('&')], Action::Filter, "", FILTER),
    row(Layer::Output, &[char('+')], Action::MoreContext, "", "one line more around those of the filter"),
    row(Layer::Output, &[char('-')], Action::LessContext, "", "one line less around them"),
    row(Layer::Output, &[char('O')], Action::Streams, "", STREAMS),
    row(Layer::Output, &[char('}')], Action::NextTrouble, "", "next error or traceback"),
    row(Layer::Output, &[char('{')], Action::PreviousTrouble, "", "the one before"),
    row(Layer::Output, &[char(')')], Action::NextGap, "", "next line after 10 s of silence or more"),
    row(Layer::Output, &[char('(')], Action::PreviousGap, "", "the one before"),
    row(Layer::Output, &[char('m')], Action::Mark, "", MARK),
    row(Layer::Output, &[char('u')], Action::NextMark, "", "next mark"),
    row(Layer::Output, &[char('U')], Action::PreviousMark, "", "the one before"),
    row(Layer::Output, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Output, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(
        Layer::Output,
        &[char('c')],
        Action::Cursor,
        "cursor",
        "a cursor on the charts: at the time of the top line; at the end, while that is followed",
    ),
    row(Layer::Output, &[char('W')], Action::Wrap, "wrap", "wrap long lines"),
    row(Layer::Output, &[char('t')], Action::Times, "time", TIMES),
    row(Layer::Output, &[char('V')], Action::SelectLines, "select", SELECT),
    row(Layer::Output, &[char('y')], Action::CopyAs, "", COPY),
    row(Layer::Output, &[char('s')], Action::Save, "save", "save what was printed to a file"),
    row(Layer::Output, &[char('v')], Action::View, "", "all that was printed, in $PAGER"),
    //
    row(
        Layer::Select,
        &[char('y')],
        Action::CopyLines,
        "copy",
        "copy the lines, as text; ctrl-c does so too",
    ),
    row(
        Layer::Select,
        &[char('s')],
        Action::Save,
        "save",
        "save the lines to a file, as the text that is copied",
    ),
    row(
        Layer::Select,
        &[on(KeyCode::Enter)],
        Action::Open,
        "unfold",
        "unfold the traceback under the cursor",
    ),
    row(Layer::Select, &[char('t')], Action::Times, "time", TIMES),
    row(Layer::Select, &[char('W')], Action::Wrap, "wrap", "wrap long lines"),
    row(
        Layer::Select,
        &[char('V')],
        Action::SelectLines,
        "leave",
        "select nothing any more; esc does so too",
    ),
    //
    row(Layer::Search, &[on(KeyCode::Enter)], Action::Confirm, "keep", "keep it; esc leaves it"),
    //
    row(
        Layer::Build,
        &[on(KeyCode::Enter)],
        Action::Open,
        "",
        "start what the plan says; the lines of a step",
    ),
    row(Layer::Build, &[char('w')], Action::Why, "why", WHY),
    row(Layer::Build, &[char('x')], Action::Stop, "cancel", "cancel the build; asks once"),
    row(Layer::Build, &[char('X')], Action::Kill, "", "kill the build's processes now; asks once"),
    row(
        Layer::Build,
        &[char('r'), char('b')],
        Action::Build,
        "build again",
        "show the plan, then build again",
    ),
    row(Layer::Build, &[char('s')], Action::Save, "save", "save the log to a file"),
    row(Layer::Build, &[char('v')], Action::View, "", "the log in $PAGER"),
    row(Layer::Build, &[char('f')], Action::Follow, "follow", "follow the end of the log"),
    row(Layer::Build, &[char('W')], Action::Wrap, "wrap", "wrap long lines"),
    row(Layer::Build, &[char('t')], Action::Times, "time", TIMES),
    row(Layer::Build, &[char('V')], Action::SelectLines, "", SELECT),
    row(Layer::Build, &[char('/')], Action::Search, "search", SEARCH),
    row(Layer::Build, &[char('n')], Action::NextHit, "", "next line with the text"),
    row(Layer::Build, &[char('N')], Action::PreviousHit, "", "the one before"),
    row(Layer::Build, &[char('&')], Action::Filter, "", FILTER),
    row(Layer::Build, &[char('+')], Action::MoreContext, "", "one line more around those of the filter"),
    row(Layer::Build, &[char('-')], Action::LessContext, "", "one line less around them"),
    row(Layer::Build, &[char('O')], Action::Streams, "", STREAMS),
    row(Layer::Build, &[char('}')], Action::NextTrouble, "", "next error or traceback"),
    row(Layer::Build, &[char('{')], Action::PreviousTrouble, "", "the one before"),
    row(Layer::Build, &[char(')')], Action::NextGap, "", "next line after 10 s of silence or more"),
    row(Layer::Build, &[char('(')], Action::PreviousGap, "", "the one before"),
    row(Layer::Build, &[char('m')], Action::Mark, "", MARK),
    row(Layer::Build, &[char('u')], Action::NextMark, "", "next mark"),
    row(Layer::Build, &[char('U')], Action::PreviousMark, "", "the one before"),
];
