//! What a manifest says of a parameter beyond AgentHub's schema: bounds of a number, what a list holds, what an object
//! has. AgentHub reads none of it, so nothing here is ever a problem: what is not understood is left out.

use serde_json::Number;

use crate::agent::fields::truth;
use crate::agent::manifest::{Kind, Parameter};
use crate::yaml::{Content, Node};

/// How many levels of lists and objects are read.
const DEEPEST: usize = 4;

/// Properties of one object that are read at most.
const MOST: usize = 100;

/// Reads bounds and insides into a parameter whose type is known.
pub(super) fn read(parameter: &mut Parameter, node: Node<'_>) {
    inside(parameter, node, DEEPEST);
}

fn inside(parameter: &mut Parameter, node: Node<'_>, levels: usize) {
    let number = |keys: [&str; 2]| -> Option<Number> {
        match keys.iter().find_map(|key| node.get(key))?.to_json()? {
            serde_json::Value::Number(number) => Some(number),
            _ => None,
        }
    };
    parameter.minimum = number(["minimum", "min"]);
    parameter.maximum = number(["maximum", "max"]);
    if levels == 0 {
        return;
    }
    match parameter.kind {
        Kind::Array => {
            parameter.item = node
                .get("items")
                .map(|items| quiet("", items, levels - 1))
                .or_else(|| of_name(&parameter.type_name))
                .map(Box::new);
        }
        Kind::Object => {
            let Some(properties) = node.get("properties") else { return };
            let required = node.get("required");
            let is_named =
                |name: &str| required.is_some_and(|list| list.items().any(|item| item.text() == Some(name)));
            for (key, node) in properties.entries().take(MOST) {
                let mut property = quiet(key.written(), node, levels - 1);
                property.required |= is_named(key.written());
                parameter.properties.push(property);
            }
        }
        Kind::String | Kind::Integer | Kind::Number | Kind::Boolean | Kind::Unknown => {}
    }
}

/// A parameter inside another one, read without a word about what is wrong with it.
fn quiet(name: &str, node: Node<'_>, levels: usize) -> Parameter {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    // `items: string` is short for `items: {type: string}`.
    let type_name = node.text().map_or_else(|| text("type"), str::to_owned);
    let kind = if type_name.is_empty() { Kind::Unknown } else { Kind::from_name(&type_name) };
    let options = ["options", "enum", "choices"].iter().find_map(|key| node.get(key));
    let options = match options.and_then(Node::to_json) {
        Some(serde_json::Value::Array(options)) => options,
        _ => Vec::new(),
    };
    let required = node.get("required").is_some_and(|node| match node.content() {
        Content::Boolean(value) => *value,
        Content::Text => truth(node.written()) == Some(true),
        Content::Integer(_)
        | Content::Float(_)
        | Content::Null
        | Content::Date
        | Content::Binary
        | Content::Set
        | Content::Sequence(_)
        | Content::Mapping(_)
        | Content::Merge
        | Content::Equals => false,
    });
    let mut parameter = Parameter {
        name: name.to_owned(),
        kind,
        type_name,
        required,
        default: node.get("default").and_then(Node::to_json),
        description: text("description"),
        options,
        ..Parameter::default()
    };
    inside(&mut parameter, node, levels);
    parameter
}

/// What a list holds by its own type, as in `list[str]`.
fn of_name(type_name: &str) -> Option<Parameter> {
    let (_, inside) = type_name.split_once(['[', '<', '('])?;
    let inside = inside.trim_end().strip_suffix([']', '>', ')'])?.trim();
    let kind = Kind::from_name(inside);
    (!inside.is_empty() && !inside.contains([',', '|'])).then(|| Parameter {
        kind,
        type_name: inside.to_owned(),
        item: if kind == Kind::Array { of_name(inside).map(Box::new) } else { None },
        ..Parameter::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::manifest::parse;

    /// The one parameter of a manifest, its keys indented by ten.
    fn parameter(keys: &str) -> Parameter {
        let text = format!(
            "name: t\nversion: '1'\ndescription: d\nauthor: a\ninterface:\n  methods:\n    go:\n      \
             description: d\n      parameters:\n        p:\n{keys}"
        );
        let (manifest, problems) = parse(&text);
        assert!(problems.is_empty(), "{problems:?}");
        manifest.expect("it can be run").methods[0].parameters[0].clone()
    }

    #[test]
    fn bounds_are_read_as_they_are_written() {
        let p = parameter("          type: number\n          minimum: 0\n          maximum: 1.5\n");
        assert_eq!(p.minimum.map(|n| n.to_string()).as_deref(), Some("0"));
        assert_eq!(p.maximum.map(|n| n.to_string()).as_deref(), Some("1.5"));
        let p = parameter("          type: integer\n          min: low\n          max: 9\n");
        assert_eq!((p.minimum, p.maximum.map(|n| n.to_string()).as_deref()), (None, Some("9")));
    }

    #[test]
    fn what_a_list_holds_stands_in_items_or_in_its_type() {
        let kind = |keys| parameter(keys).item.map(|item| item.kind);
        assert_eq!(kind("          type: array\n          items: {type: integer}\n"), Some(Kind::Integer));
        assert_eq!(kind("          type: array\n          items: str\n"), Some(Kind::String));
        assert_eq!(kind("          type: list[float]\n"), Some(Kind::Number));
        assert_eq!(kind("          type: list\n"), None);
        assert_eq!(kind("          type: tuple[int, str]\n"), None);
    }

    #[test]
    fn an_object_has_its_properties_and_no_more_than_a_few_levels() {
        let p = parameter(
            "          type: object\n          properties:\n            host: {type: string, required: true}\n            \
             port: {type: integer, default: 80, maximum: 65535}\n",
        );
        let names: Vec<_> = p.properties.iter().map(|p| (p.name.as_str(), p.kind, p.required)).collect();
        assert_eq!(names, [("host", Kind::String, true), ("port", Kind::Integer, false)]);
        assert_eq!(p.properties[1].default, Some(80.into()));
        let deep = "{type: object, properties: {a: ".repeat(9) + "{type: string}" + &"}}".repeat(9);
        let p = parameter(&format!("          type: object\n          properties: {{a: {deep}}}\n"));
        let mut levels = 0;
        let mut at = &p;
        while let Some(next) = at.properties.first() {
            (levels, at) = (levels + 1, next);
        }
        assert_eq!(levels, DEEPEST);
    }
}
