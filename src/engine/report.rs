//! The report of a period: gathered, planned, and what it could not show.

use super::{Engine, EngineError, Turn};
use cchc_definitions::did_you_mean;
use cchc_indicators::PublishedCounts;
use cchc_indices::{Index, SetAside};
use cchc_model::{Period, Policies};
use cchc_report::plan::Book;
use cchc_report::{Cards, Ranking, Theme, build, gather};

/// What a report shows.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// The period.
    pub period: Period,
    /// Indices beside those that every report has.
    pub indices: Vec<String>,
    /// Units with a scorecard.
    pub cards: Cards,
    /// How doubtful dossiers count.
    pub policies: Policies,
}

/// The plan of a report.
#[derive(Debug)]
pub struct Report {
    /// The content of its pages; any writer turns it into bytes.
    pub book: Book,
    /// How it looks.
    pub theme: Theme,
    /// Kinds of units that an index could not rank: the index and the reasons.
    pub set_aside: Vec<(String, SetAside)>,
    /// Indices by which nobody is ranked, for want of figures.
    pub unranked: Vec<String>,
    /// Requested units without a scorecard, since no index scores them in the period.
    pub without_card: Vec<String>,
    /// How much is published, where small counts are hidden.
    pub published: Option<PublishedCounts>,
}

impl Engine {
    /// Plans a report.
    ///
    /// # Errors
    /// The request names what is not there, or the store or a template cannot be read.
    pub async fn report(&self, request: &ReportRequest) -> Result<Report, EngineError> {
        let period = &request.period;
        let mut ids: Vec<&str> = self.definitions().indices.iter().map(|index| index.id.as_str()).collect();
        for id in &request.indices {
            if !ids.contains(&id.as_str()) {
                ids.push(id);
            }
        }
        let find = |id: &&str| Index::find(self.definitions(), id, period).map_err(EngineError::Request);
        let indices = ids.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        self.check_cards(&indices, &request.cards)?;
        let question = self.question_about(period, request.policies)?;
        let measuring = question.measuring(request.policies);
        let (input, published) = loop {
            let (config, version, template) = (self.config(), self.version(), self.template()?);
            let input =
                Box::pin(gather(&measuring, config, version, period, &indices, &request.cards, template)).await?;
            if let Turn::Tell(published) = question.turn(&measuring).await? {
                break (input, published);
            }
        };
        let theme = input.template.theme.clone();
        let set_aside = input.rankings.iter().flat_map(|ranking| {
            ranking.set_aside.iter().map(|one| (ranking.index_id.clone(), one.clone())).collect::<Vec<_>>()
        });
        let set_aside = set_aside.collect();
        let without_card = input.without_card().into_iter().map(str::to_owned).collect();
        let is_empty = |ranking: &&Ranking| ranking.rows.iter().all(|row| row.rank.is_none());
        // A workspace without rankable dossiers still has its report: only indices that were named are owed.
        let named = |ranking: &&Ranking| request.indices.contains(&ranking.index_id);
        let unranked = input.rankings.iter().filter(is_empty).filter(named);
        let unranked = unranked.map(|ranking| ranking.index_id.clone()).collect();
        Ok(Report { unranked, set_aside, without_card, book: build(input), theme, published })
    }

    /// Refuses scorecards that no index named would have.
    fn check_cards(&self, indices: &[Index<'_>], cards: &Cards) -> Result<(), EngineError> {
        if *cards == Cards::None {
            return Ok(());
        }
        if indices.iter().all(|index| matches!(index, Index::Indicator(..))) {
            let message = "scorecards belong to an index of points or a composite one: name it with --index ID";
            return Err(EngineError::Request(message.to_owned()));
        }
        let Cards::Of(codes) = cards else { return Ok(()) };
        for code in codes {
            let Some(unit) = self.units().by_code(code) else {
                let known = self.units().units().iter().map(|unit| unit.code.as_str());
                return Err(EngineError::Request(format!("no unit '{code}'{}", did_you_mean(code, known))));
            };
            if !indices.iter().any(|index| index.scores_kind(&unit.kind)) {
                let message = format!("none of the indices named scores units like '{code}' ({})", unit.kind);
                return Err(EngineError::Request(message));
            }
        }
        Ok(())
    }
}
