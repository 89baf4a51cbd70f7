//! The payload as it would be sent, for reading: one line a parameter, each cut to the screen.

use serde_json::value::RawValue;

use crate::agent::payload::Payload;
use crate::text;
use crate::tui::pane::form::json;

/// The lines of a payload, none longer than about `columns`; safe to show.
pub fn lines(payload: &Payload, columns: usize) -> Vec<String> {
    let method = json::string(&payload.method);
    let mut lines = vec![format!("{{ \"method\": {}, \"parameters\": {{", short(&method, columns))];
    let last = payload.parameters.len().saturating_sub(1);
    for (index, (key, value)) in payload.parameters.iter().enumerate() {
        let comma = if index == last { "" } else { "," };
        let head = format!("    {}: ", short(&json::string(key), columns));
        let room = columns.saturating_sub(text::width(&head) + comma.len());
        lines.push(format!("{head}{}{comma}", short(value, room)));
    }
    match &payload.tool_context {
        Some(context) => {
            let head = "}, \"tool_context\": ";
            let room = columns.saturating_sub(head.len() + 2);
            lines.push(format!("{head}{} }}", short(context, room)));
        }
        None => lines.push("} }".to_owned()),
    }
    lines
}

/// A value on one line, cut to `columns`. Only what can be seen is looked at.
pub fn short(value: &RawValue, columns: usize) -> String {
    let raw = value.get();
    // A column takes at most four bytes, save for marks that stack up: those are cut early.
    let most = raw.floor_char_boundary(columns.saturating_mul(4));
    let cut = most < raw.len();
    // Outside strings a line end is mere space, and inside one it cannot stand.
    let line = raw[..most].split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
    let line = text::safe(line.as_bytes());
    if cut {
        text::fit(&format!("{line}…"), columns).into_owned()
    } else {
        text::fit(&line, columns).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_a_line_that_fits() {
        let text = "{\"method\": \"m\", \"parameters\": {\"long\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \
                    \"list\": [1,\n   2]}}";
        let payload = json::read(text, "m").unwrap().payload;
        assert_eq!(
            lines(&payload, 30),
            [
                "{ \"method\": \"m\", \"parameters\": {",
                "    \"long\": \"aaaaaaaaaaaaaaa…,",
                "    \"list\": [1, 2]",
                "} }",
            ]
        );
    }
}
