//! What the journal of a run holds when it begins: nothing, the rows of an earlier one, or something else.

use super::{Phase, Run};
use crate::bulk::BulkStep;
use crate::bulk::journal::{self, CHUNK, JOURNAL, Known, SqlValue};
use crate::bulk::plan;
use crate::bulk::report::{BulkOutcome, BulkResult};
use crate::codes;
use crate::error::{Effect, Problem};
use crate::time::Instant;

impl Run {
    /// The journal of a new run, so many rows at a time.
    pub(super) fn create(&self, now: Instant, next: usize, is_begun: bool) -> BulkStep {
        let mut statements = if next == 0 { journal::created(is_begun) } else { Vec::new() };
        let end = self.plan.len().min(next + CHUNK);
        statements.extend((next..end).map(|it| journal::planned(self.plan.position(it), self.plan.id(it))));
        if end == self.plan.len() {
            statements.push(journal::begun(&self.identity, format!("{:016x}", self.run_id), now.wall));
        }
        BulkStep::Store(statements)
    }

    pub(in crate::bulk) fn rows(&mut self, rows: &[Vec<SqlValue>]) {
        match self.phase {
            Phase::Tables => {
                let names: Vec<&str> = rows
                    .iter()
                    .filter_map(
                        |row| if let [SqlValue::Text(name)] = row.as_slice() { Some(name.as_str()) } else { None },
                    )
                    .collect();
                match names.as_slice() {
                    [] => self.phase = Phase::Creating { next: 0, is_begun: false },
                    ["item", "run"] => self.phase = Phase::Identity,
                    _ => {
                        self.refuse(format!("is a database of something else: it has the tables {}", names.join(", ")))
                    }
                }
            }
            Phase::Identity => match rows {
                [] => self.phase = Phase::Creating { next: 0, is_begun: true },
                [row] => match journal::problem(row, &self.identity) {
                    Some(problem) => self.refused = Some(plan::refused(&*self.template, vec![problem])),
                    None => self.phase = Phase::Items(0),
                },
                _ => self.refuse("holds more than one run".to_owned()),
            },
            Phase::Items(next) => self.resume(next, rows),
            Phase::Closing | Phase::Creating { .. } | Phase::Over | Phase::Running => {}
        }
    }

    /// Takes what an earlier run has left.
    pub(super) fn resume(&mut self, next: usize, rows: &[Vec<SqlValue>]) {
        for (number, row) in (next..).zip(rows) {
            let known = journal::known(row)
                .filter(|(position, ..)| number < self.plan.len() && *position == self.plan.position(number));
            let Some((_, known, intended)) = known else {
                return self.refuse(format!("is damaged: the row of item {number} cannot be read"));
            };
            match known {
                Known::Planned => {}
                Known::Intended => {
                    self.doubt(number, None);
                    self.first_intent = earlier(self.first_intent, intended);
                }
                // What has ended without an answer is open still.
                Known::Ended(result) if result.outcome == BulkOutcome::Unresolved => {
                    if result.effect != Effect::None {
                        // What was sent then is counted already.
                        self.doubt(number, Some(BulkResult { attempts: 0, ..*result }));
                        self.first_intent = earlier(self.first_intent, intended);
                    }
                }
                Known::Ended(mut result) => {
                    self.is_settled[number] = true;
                    let codes = self.template.operation().codes;
                    result.advice = result.code.and_then(|code| codes::lookup(codes, code)?.advice());
                    self.report.count(result.outcome, result.code, result.status);
                    self.untold.push(*result);
                }
            }
        }
        let end = next + rows.len();
        self.phase = if rows.len() < CHUNK || end >= self.plan.len() { Phase::Running } else { Phase::Items(end) };
        if rows.len() < CHUNK && end < self.plan.len() {
            self.refuse(format!("is damaged: it has {end} items of {}", self.plan.len()));
        }
    }

    pub(super) fn refuse(&mut self, rule: String) {
        self.refused = Some(plan::refused(&*self.template, vec![Problem::new(JOURNAL, rule)]));
    }
}

/// The earlier one of what is known.
fn earlier(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    [one, other].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_moment_of_an_intent_is_kept_over_lives() {
        assert_eq!(earlier(Some(7), Some(5)), Some(5));
        assert_eq!((earlier(None, Some(5)), earlier(Some(7), None), earlier(None, None)), (Some(5), Some(7), None));
    }
}
