//! The inside of a list or an object as fields of their own: a row for each item or key, walked through like the
//! fields around them. The value stays the text it is until one of them changes; then it is put together from theirs,
//! each in its own spelling.

use serde_json::value::RawValue;

use crate::agent::manifest::{Kind, Method, Parameter};
use crate::tui::pane::form::field::Field;
use crate::tui::pane::form::{Form, json};

/// Most items that are shown as rows; a longer list is JSON.
const MOST: usize = 200;

/// The fields inside a value.
#[derive(Debug)]
pub struct Rows {
    /// Of a list there is always one more: what is typed into that is a new item.
    pub fields: Vec<Field>,
    pub selected: usize,
    /// The item that a list consists of; `None`: these are the keys of an object.
    item: Option<Parameter>,
    /// The keys of the object in the order they came.
    order: Vec<String>,
    /// What the fields are checked against.
    method: Method,
    /// The text that the fields stand for.
    of: Option<String>,
}

impl Rows {
    /// Whether a manifest says enough of a value for rows to be the better way.
    pub fn are_better(parameter: &Parameter) -> bool {
        match parameter.kind {
            Kind::Array => parameter.item.is_some(),
            Kind::Object => !parameter.properties.is_empty(),
            Kind::String | Kind::Integer | Kind::Number | Kind::Boolean | Kind::Unknown => false,
        }
    }

    /// Whether there can be rows at all.
    pub fn are_possible(parameter: &Parameter) -> bool {
        parameter.kind == Kind::Array || Self::are_better(parameter)
    }

    /// The rows of a value; `None` where it is not what rows can show without loss.
    pub fn of(parameter: &Parameter, value: Option<&RawValue>) -> Option<Self> {
        if !Self::are_possible(parameter) {
            return None;
        }
        let of = value.map(|value| value.get().to_owned());
        if parameter.kind == Kind::Array {
            let any = || Box::new(Parameter { kind: Kind::Unknown, ..Parameter::default() });
            let item = *parameter.item.clone().unwrap_or_else(any);
            let item = Parameter { name: String::new(), required: false, ..item };
            let method = Method { parameters: vec![item.clone()], ..Method::default() };
            let values: Vec<&RawValue> = match value {
                Some(value) => serde_json::from_str(value.get()).ok()?,
                None => Vec::new(),
            };
            if values.len() > MOST {
                return None;
            }
            let fields = values.into_iter().map(|value| Field::inside_of(&item, &method, Some(value)));
            let mut rows = Self {
                fields: fields.collect(),
                selected: 0,
                item: Some(item),
                order: Vec::new(),
                method,
                of,
            };
            rows.add_blank();
            return Some(rows);
        }
        let pairs = match value {
            Some(value) => json::pairs(value.get())?,
            None => Vec::new(),
        };
        let order: Vec<String> = pairs.iter().map(|(key, _)| key.clone()).collect();
        // Of a key that stands twice, one would be lost.
        if order.len() > MOST || order.iter().enumerate().any(|(at, key)| order[..at].contains(key)) {
            return None;
        }
        let method = Method { parameters: parameter.properties.clone(), ..Method::default() };
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
        let declared =
            parameter.properties.iter().map(|inner| Field::inside_of(inner, &method, value(&inner.name)));
        let mut fields: Vec<Field> = declared.collect();
        for (key, value) in &pairs {
            if parameter.properties.iter().all(|inner| inner.name != *key) {
                let mut field = Field::undeclared(key);
                field.set(&method, Some(value));
                fields.push(field);
            }
        }
        Some(Self { fields, selected: 0, item: None, order, method, of })
    }

    /// Whether these are the items of a list.
    pub fn is_list(&self) -> bool {
        self.item.is_some()
    }

    /// Whether the rows show this value.
    pub fn show(&self, value: Option<&RawValue>) -> bool {
        self.of.as_deref() == value.map(RawValue::get)
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.fields.iter().filter(|field| field.is_present()).count()
    }

    /// Changes the selected field; whether that changed anything.
    pub fn change(&mut self, change: impl FnOnce(&mut Field, &Method) -> bool) -> bool {
        let Some(field) = self.fields.get_mut(self.selected) else { return false };
        let changed = field.inside(&self.method, change);
        self.add_blank();
        if changed {
            self.of = self.put_together();
        }
        changed
    }

    /// The value's text now; `None` when there is nothing in it.
    pub fn text(&self) -> Option<&str> {
        self.of.as_deref()
    }

    fn put_together(&self) -> Option<String> {
        if self.is_list() {
            let items: Vec<_> = self.fields.iter().filter_map(Field::forced).collect();
            let items: Vec<&str> = items.iter().map(|item| item.get()).collect();
            return (!items.is_empty()).then(|| format!("[{}]", items.join(", ")));
        }
        let place =
            |field: &&Field| self.order.iter().position(|key| *key == field.name).unwrap_or(usize::MAX);
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        fields.sort_by_key(place);
        let pairs = fields
            .into_iter()
            .filter_map(|field| Some(format!("{}: {}", json::string(&field.name), field.forced()?)));
        let pairs: Vec<String> = pairs.collect();
        (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(", ")))
    }

    /// Goes to the next or the previous row; whether there was one. An item that was left out is gone then.
    pub fn walk(&mut self, step: isize) -> bool {
        let Some(field) = self.fields.get_mut(self.selected) else { return false };
        if field.walk(step) {
            return true;
        }
        let is_blank = !field.is_present();
        let is_gone = self.is_list() && is_blank && self.selected + 1 < self.fields.len();
        let mut next = self.selected.checked_add_signed(step);
        if is_gone {
            self.fields.remove(self.selected);
            next = if step > 0 { Some(self.selected) } else { next };
            self.selected = self.selected.min(self.fields.len() - 1);
        }
        let Some(next) = next.filter(|next| *next < self.fields.len()) else { return false };
        self.selected = next;
        self.fields[next].enter(step);
        true
    }

    /// Selects the first or the last row.
    pub fn enter(&mut self, step: isize) {
        self.selected = if step < 0 { self.fields.len().saturating_sub(1) } else { 0 };
        if let Some(field) = self.fields.get_mut(self.selected) {
            field.enter(step);
        }
    }

    /// Moves the selected item up or down; whether that could be.
    pub fn move_item(&mut self, step: isize) -> bool {
        let at = self.selected;
        if self.fields.get_mut(at).is_some_and(|field| field.move_item(step)) {
            self.of = self.put_together();
            return true;
        }
        let to = at.checked_add_signed(step).filter(|to| *to + 1 < self.fields.len());
        let Some(to) = to.filter(|_| self.is_list() && at + 1 < self.fields.len()) else { return false };
        self.fields.swap(at, to);
        self.selected = to;
        self.of = self.put_together();
        true
    }

    fn add_blank(&mut self) {
        if let Some(item) = &self.item
            && self.fields.last().is_none_or(Field::is_present)
        {
            self.fields.push(Field::inside_of(item, &self.method, None));
        }
    }
}

impl Form {
    /// Goes to the next or the previous row inside the selected field; whether there was one.
    pub(super) fn walk_inside(&mut self, step: isize) -> bool {
        self.fields.get_mut(self.selected).is_some_and(|field| field.walk(step))
    }

    /// Moves an item of the list that is typed in.
    pub(super) fn move_item(&mut self, step: isize) {
        let method = &self.method;
        let field = self.fields.get_mut(self.selected);
        if field.is_some_and(|field| field.move_item(step) && field.take_rows(method)) {
            self.check();
        }
    }

    /// JSON in place of what is typed otherwise: of a list or an object, the whole of it.
    pub(super) fn toggle_json(&mut self) {
        let field = self.fields.get_mut(self.selected);
        if field.is_some_and(|field| field.toggle_json(&self.method)) {
            self.check();
        }
    }
}
