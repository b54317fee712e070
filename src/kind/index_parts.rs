//! The definition of an index: method, keys, condition, and all of it as one text that only PostgreSQL can compare.

use super::Options;
use crate::delta::{Alteration, Show};
use crate::source::Span;
use crate::sql::{Fragment, Phrase, cut, facts, ident, idents, sql_of};
use serde::Deserialize;

/// What follows `ON table`, or the constraint from EXCLUDE on, without storage parameters.
#[derive(Debug, Clone)]
pub struct IndexDefinition {
    /// Observed: a document of the server.
    fragment: Fragment,
    method: String,
    /// Written: its keys, and where in the fragment its condition begins.
    keys: Vec<String>,
    condition: Option<usize>,
    nulls_not_distinct: bool,
}

/// What the file says of an index.
pub struct WrittenIndex<'w> {
    /// Where.
    pub span: Span,
    /// What stands before the method: `USING` or `EXCLUDE USING`.
    pub lead: &'static str,
    /// The access method.
    pub method: String,
    /// Its columns and expressions as SQL, each with all that is said of it.
    pub keys: Vec<(String, Span)>,
    /// The names of columns that it carries along.
    pub include: Vec<&'w str>,
    /// Two NULLs count as equal.
    pub nulls_not_distinct: bool,
    /// Which rows it covers.
    pub condition: Option<(&'w str, Span)>,
}

/// The pieces of an observed definition, as the server tells them apart.
#[derive(Deserialize)]
pub struct IndexParts {
    /// The access method.
    pub method: String,
    /// How many keys it has.
    count: usize,
    /// The names of columns that it carries along.
    pub include: Vec<String>,
    /// Two NULLs count as equal.
    pub nulls_not_distinct: bool,
    keys: String,
    /// Which rows it covers.
    pub condition: Option<String>,
    /// All of it up to the condition.
    head: String,
}

impl IndexParts {
    /// Its keys, each with all that is said of it; nothing if they are not as many as the catalog has.
    pub fn keys(&self) -> Option<Vec<&str>> {
        let keys = cut(&self.keys, ", ");
        (keys.len() == self.count).then_some(keys)
    }
}

impl IndexDefinition {
    /// As the file says it.
    pub fn written(index: WrittenIndex<'_>) -> IndexDefinition {
        let WrittenIndex { span, lead, method, keys, include, nulls_not_distinct, condition } = index;
        let list: Vec<Phrase> = keys.iter().map(|(key, span)| Phrase::new().written(key, *span)).collect();
        let head = Phrase::from(format!("{lead} {} (", ident(&method)))
            .joined(&list, ", ")
            .raw(")")
            .with(Some(&include).filter(|include| !include.is_empty()), |sql, include| {
                sql.raw(format!(" INCLUDE ({})", idents(include)))
            })
            .when(nulls_not_distinct, " NULLS NOT DISTINCT");
        let place = condition.map(|_| head.text().len());
        let text = head.with(condition, |sql, (text, span)| sql.raw(" WHERE (").written(text, span).raw(")"));
        let fragment = Fragment::composed(&text, span);
        let (keys, condition) = (keys.into_iter().map(|(key, _)| key).collect(), place);
        IndexDefinition { fragment, method, keys, condition, nulls_not_distinct }
    }

    /// As the server tells it.
    pub fn observed(document: &str) -> IndexDefinition {
        let method = facts::<IndexParts>(document).map(|parts| parts.method).unwrap_or_default();
        let fragment = Fragment::plain(document);
        IndexDefinition { fragment, method, keys: Vec::new(), condition: None, nulls_not_distinct: false }
    }

    /// What the server may spell differently.
    pub fn fragment(&mut self) -> &mut Fragment {
        &mut self.fragment
    }

    /// The pieces of an observed one.
    pub fn parts(&self) -> Option<IndexParts> {
        facts(self.fragment.text())
    }

    /// Compares, piece by piece where the server has told the pieces of both.
    pub fn compare(&self, observed: &IndexDefinition, out: &mut Alteration) {
        if self == observed {
            return;
        }
        let mut found = Alteration::default();
        if let (Some(to), Some(from)) = (facts::<IndexParts>(self.fragment.spelled()), observed.parts()) {
            found.replaced("method", &from.method, &to.method);
            found.replaced("on", &from.keys, &to.keys);
            found.replaced("include", &from.include, &to.include);
            found.replaced("nulls_not_distinct", &from.nulls_not_distinct, &to.nulls_not_distinct);
            found.replaced("where", &from.condition, &to.condition);
        }
        if found.is_empty() {
            found.replaced("definition", observed, self);
        }
        out.replaced_as(found);
    }

    /// Its SQL.
    pub fn sql(&self) -> Fragment {
        self.fragment.as_sql()
    }

    /// Its SQL with these storage parameters, which stand before its condition.
    pub fn with(&self, options: &Options) -> Fragment {
        let sql = self.sql();
        if options.is_empty() {
            return sql;
        }
        let place = match self.parts() {
            Some(parts) => parts.head.len(),
            None => self.condition.unwrap_or(sql.text().len()),
        };
        sql.with_inserted(place, &options.clause())
    }

    /// The keys of a written one, each with all that is said of it.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Those rows of `relation` that a written one tells apart by the expressions `keys`, as a FROM list with its condition.
    pub fn told_apart(&self, relation: &str, keys: &str) -> String {
        let condition =
            self.condition.and_then(|place| self.fragment.text().get(place..)).unwrap_or(" WHERE true");
        let present =
            if self.nulls_not_distinct { String::new() } else { format!(" AND ROW({keys}) IS NOT NULL") };
        format!("{relation}{condition}{present}")
    }

    /// Whether a written one without a condition is word for word what the server says of `observed`.
    pub fn is_spelled_as(&self, observed: &IndexDefinition) -> bool {
        let is_head = |parts: IndexParts| parts.condition.is_none() && parts.head == self.fragment.text();
        self.condition.is_none() && observed.parts().is_some_and(is_head)
    }

    /// Whether both have the same access method.
    pub fn is_like(&self, other: &IndexDefinition) -> bool {
        self.method == other.method
    }

    /// Whether the key with that number is the same in both.
    pub fn shares_key(&self, other: &IndexDefinition, number: usize) -> bool {
        self == other || self.key(number) == other.key(number)
    }

    fn key(&self, number: usize) -> Option<String> {
        let at = number.checked_sub(1)?;
        match self.parts() {
            Some(parts) => parts.keys()?.get(at).map(|key| (*key).to_string()),
            None => self.keys.get(at).cloned(),
        }
    }

    /// Whether CLUSTER can go by it.
    pub fn can_be_clustered(&self) -> bool {
        let condition = self.parts().map_or(self.condition.is_some(), |parts| parts.condition.is_some());
        !condition && ["btree", "gist"].contains(&self.method.as_str())
    }
}

impl PartialEq for IndexDefinition {
    fn eq(&self, other: &Self) -> bool {
        self.fragment == other.fragment
    }
}

impl Show for IndexDefinition {
    fn show(&self) -> Option<String> {
        Some(sql_of(self.fragment.text()).into_owned())
    }
}

/// A name without the quotes that SQL puts around it.
pub fn bare(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or_else(|| name.to_string(), |inner| inner.replace("\"\"", "\""))
}
