//! One engine, many questions at once: each answer is the one that it gets alone, and a dropped question leaves nothing.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::Poll;
use std::time::{Duration, Instant};

use cchc::engine::{
    Engine, Explanation, ExplanationRequest, FiguresRequest, FindingsRequest, Form06Request, Months, RankingRequest,
    ReportRequest, ScorecardRequest, SqlRequest,
};
use cchc::indicators::{By, Children};
use cchc::model::{Period, Policies};
use cchc::store::Shell;

use crate::support::sample;

/// One shell for all tests here, as a server has one.
static SHELL: LazyLock<Shell> = LazyLock::new(|| Shell::new().unwrap());

fn engine() -> Engine {
    SHELL.wait(Engine::open(&sample().place.workspace(), None, None)).unwrap()
}

/// What can be asked.
#[derive(Debug, Clone)]
enum Question {
    Figures(FiguresRequest),
    Form06(Form06Request),
    Ranking(RankingRequest),
    Scorecard(ScorecardRequest),
    Explanation(ExplanationRequest),
    Findings,
    Sql(String),
    Report(Period),
}

impl Question {
    /// The answer to the last byte.
    async fn answer(&self, engine: &Engine) -> String {
        match self {
            Self::Figures(request) => format!("{:?}", engine.figures(request).await.unwrap().rows),
            Self::Form06(request) => format!("{:?}", engine.form06(request).await.unwrap().rows),
            Self::Ranking(request) => format!("{:?}", engine.ranking(request).await.unwrap().ranked.rows),
            Self::Scorecard(request) => format!("{:?}", engine.scorecard(request).await.map(|card| card.row)),
            Self::Explanation(request) => match engine.explanation(request).await.unwrap() {
                Explanation::Figure(trace) => format!("{trace:?}"),
                Explanation::Score(score) => format!("{score:?}"),
            },
            Self::Findings => format!("{:?}", engine.findings(&FindingsRequest::default()).await.unwrap().len()),
            Self::Sql(text) => {
                let request = SqlRequest { text: text.clone(), period: None, unit: None };
                format!("{:?}", engine.sql(&request).await.unwrap().batches)
            }
            Self::Report(period) => {
                let (period, policies) = (period.clone(), Policies::default());
                let cards = cchc::report::Cards::None;
                let request = ReportRequest { period, indices: Vec::new(), cards, policies };
                format!("{:?}", Box::pin(engine.report(&request)).await.unwrap().book)
            }
        }
    }
}

/// 64 questions, no two alike.
fn questions() -> Vec<Question> {
    let policies = Policies::default();
    let period = |name: &str| name.parse::<Period>().unwrap();
    let mut questions = Vec::new();
    for name in ["2024-Q4", "2025-Q1", "2025-01", "2025-02", "2025-03", "2024"] {
        for by in [By::Unit, By::Field, By::Channel, By::Month] {
            questions.push(Question::Figures(FiguresRequest {
                indicators: Vec::new(),
                period: period(name),
                kind: None,
                by,
                months: Months::Apart,
                against: None,
                children: if by == By::Unit { Children::Added } else { Children::Apart },
                policies,
            }));
        }
        let children = Children::Apart;
        questions.push(Question::Form06(Form06Request { period: period(name), by: By::Unit, children, policies }));
        for index in ["on-time", "on_time_rate", "late_rate"] {
            let (index, period) = (index.to_owned(), period(name));
            questions.push(Question::Ranking(RankingRequest {
                index,
                period,
                kind: None,
                within: None,
                blocks: None,
                policies,
            }));
        }
    }
    for id in ["on_time_rate", "mean_days", "late_rate", "online_share"] {
        for name in ["2025-Q1", "2025-02"] {
            let (id, unit) = (id.to_owned(), "*".to_owned());
            questions.push(Question::Explanation(ExplanationRequest {
                id,
                unit,
                period: period(name),
                item: None,
                policies,
            }));
        }
    }
    let (index, unit) = ("par-commune".to_owned(), "000.02.31.H99".to_owned());
    questions.push(Question::Scorecard(ScorecardRequest { index, unit, period: period("2025"), policies }));
    questions.push(Question::Findings);
    for text in [
        "SELECT COUNT(*) FROM dossiers",
        "SELECT resolving_unit, COUNT(*) FROM dossiers GROUP BY 1 ORDER BY 1",
        "SELECT unit_code, value FROM indicators WHERE indicator = 'on_time_rate' AND period = '2025-Q1' \
         ORDER BY unit_code",
        "SELECT period, SUM(numerator) FROM indicators WHERE indicator = 'late_rate' AND unit_code = '*' \
         GROUP BY period ORDER BY period",
    ] {
        questions.push(Question::Sql(text.to_owned()));
    }
    questions.push(Question::Report(period("2025-Q1")));
    questions.push(Question::Report(period("2025-02")));
    assert_eq!(questions.len(), 64);
    questions
}

#[test]
fn sixty_four_questions_at_once_get_the_answers_that_they_get_one_by_one() {
    let engine = engine();
    let questions = questions();
    let alone: Vec<String> = questions.iter().map(|one| SHELL.wait(one.answer(&engine))).collect();
    let together: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = questions
            .iter()
            .map(|one| {
                let engine = engine.clone();
                let work = move || SHELL.wait(one.answer(&engine));
                std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work).unwrap()
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for ((question, alone), together) in questions.iter().zip(&alone).zip(&together) {
        assert!(alone == together, "{question:?}:\n{alone}\n{together}");
    }
    assert!(memory_is_free(&engine), "{} bytes are reserved after the last answer", engine.reserved());
}

#[test]
fn a_dropped_question_frees_its_memory_and_the_next_is_answered() {
    let engine = engine();
    // Hundreds of millions of pairs to group: nobody waits for the end of it.
    let text = "SELECT a.dossier_code, b.dossier_code, COUNT(*) FROM dossiers a, dossiers b, units c \
                GROUP BY a.dossier_code, b.dossier_code"
        .to_owned();
    let begun = SHELL.wait(async {
        let request = SqlRequest { text, period: None, unit: None };
        let mut question = pin!(engine.sql(&request));
        let began = Instant::now();
        poll_fn(|context| {
            assert!(question.as_mut().poll(context).is_pending(), "it is far too much work to be done at once");
            let is_over = engine.reserved() > 0 || began.elapsed() > Duration::from_secs(20);
            if is_over {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            std::thread::sleep(Duration::from_millis(1));
            Poll::Pending
        })
        .await;
        engine.reserved()
    });
    assert!(begun > 0, "the question holds memory while it runs");
    assert!(memory_is_free(&engine), "{} bytes are reserved by a question that was dropped", engine.reserved());
    let counted = SHELL.wait(Question::Sql("SELECT COUNT(*) FROM dossiers".to_owned()).answer(&engine));
    assert!(counted.contains("Int64"), "{counted}");
}

/// Threads free the memory of a dropped question at their next step.
fn memory_is_free(engine: &Engine) -> bool {
    let began = Instant::now();
    while engine.reserved() > 0 && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    engine.reserved() == 0
}
