//! The database of a journal, as far as a run uses it: every transaction is there as a whole, or not at all.

use std::collections::BTreeMap;

use feishu_corehr::{SqlValue, Statement};

/// What is durable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Database {
    has_tables: bool,
    run: Option<Vec<SqlValue>>,
    pub(crate) items: BTreeMap<i64, Row>,
    pub(crate) ended: Option<String>,
}

/// One item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) process_id: String,
    pub(crate) state: &'static str,
    attempts: i64,
    /// Outcome, effect, kind, code, status, log id, summary.
    result: Vec<SqlValue>,
    intended: SqlValue,
}

impl Row {
    pub(crate) fn outcome(&self) -> &str {
        text(&self.result[0]).unwrap_or_default()
    }

    /// Whether a request may have been sent of which nobody knows what it did.
    pub(crate) fn is_in_doubt(&self) -> bool {
        let has_unknown_end = self.outcome() == "unresolved" && text(&self.result[1]) != Some("none");
        self.state == "intended" || (self.state == "ended" && has_unknown_end)
    }

    /// Whether it needs nothing more.
    pub(crate) fn is_final(&self) -> bool {
        self.state == "ended" && self.outcome() != "unresolved"
    }
}

impl Database {
    /// One transaction.
    pub(crate) fn store(&mut self, statements: &[Statement]) {
        for Statement { sql, values } in statements {
            let words: Vec<&str> = sql.split([' ', ',', '(']).collect();
            match (words.as_slice(), values.as_slice()) {
                (["CREATE", "TABLE", ..], []) => self.has_tables = true,
                (["DROP", "TABLE", ..], []) => self.items.clear(),
                (["INSERT", "INTO", "item", ..], [SqlValue::Integer(position), SqlValue::Text(id)]) => {
                    let row = Row {
                        process_id: id.clone(),
                        state: "planned",
                        attempts: 0,
                        result: vec![SqlValue::Null; 7],
                        intended: SqlValue::Null,
                    };
                    assert!(self.items.insert(*position, row).is_none(), "a key stands once");
                }
                (["INSERT", "INTO", "run", ..], values) => self.run = Some(values.to_vec()),
                (["UPDATE", "item", "SET", "state", "=", "'intended'", ..], [moment, position]) => {
                    let row = self.item(position);
                    row.state = "intended";
                    if row.intended == SqlValue::Null {
                        row.intended = moment.clone();
                    }
                }
                (["UPDATE", "item", "SET", "state", "=", "'planned'", ..], [position]) => {
                    let row = self.item(position);
                    (row.state, row.intended) = ("planned", SqlValue::Null);
                }
                (
                    ["UPDATE", "item", "SET", "state", "=", "'ended'", ..],
                    [SqlValue::Integer(sent), rest @ .., position],
                ) => {
                    let row = self.item(position);
                    row.state = "ended";
                    row.attempts += sent;
                    row.result = rest[..7].to_vec();
                }
                (["UPDATE", "run", ..], [SqlValue::Text(ended)]) => self.ended = Some(ended.clone()),
                other => panic!("no such statement: {other:?}"),
            }
        }
    }

    pub(crate) fn query(&self, statement: &Statement) -> Vec<Vec<SqlValue>> {
        let Statement { sql, values } = statement;
        if sql.contains("FROM sqlite_schema") {
            let names: &[&str] = if self.has_tables { &["item", "run"] } else { &[] };
            return names.iter().map(|name| vec![SqlValue::Text((*name).to_owned())]).collect();
        }
        if sql.contains("FROM run") {
            // version, operation, base_url, app_id, items_sha256, count, options
            let columns = |row: &Vec<SqlValue>| [0, 2, 3, 4, 5, 6, 7].map(|column| row[column].clone()).to_vec();
            return self.run.iter().map(columns).collect();
        }
        let [SqlValue::Integer(from)] = values.as_slice() else { panic!("no such query: {sql}") };
        let rows = self.items.range(from..).take(1_000);
        let told = rows.map(|(position, row)| {
            let head = [
                SqlValue::Integer(*position),
                SqlValue::Text(row.process_id.clone()),
                SqlValue::Text(row.state.to_owned()),
                SqlValue::Integer(row.attempts),
            ];
            head.into_iter().chain(row.result.clone()).chain([row.intended.clone()]).collect()
        });
        told.collect()
    }

    fn item(&mut self, position: &SqlValue) -> &mut Row {
        let SqlValue::Integer(position) = position else { panic!("a position is a number") };
        self.items.get_mut(position).expect("an item that was planned")
    }
}

fn text(value: &SqlValue) -> Option<&str> {
    if let SqlValue::Text(text) = value { Some(text) } else { None }
}
