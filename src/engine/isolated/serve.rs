//! The process that computes one question for another one: limits itself, answers, ends.

use std::io::{self, Read, Write};

use datafusion::arrow::error::ArrowError;
use datafusion::physical_plan::SendableRecordBatchStream;
use futures::StreamExt;

use super::limits::limit;
use super::pipe::{AnswerWriter, Asked, Failure, SqlQuestion, fail};
use crate::sql::explained;
use crate::{Engine, EngineError, Refusal, SqlLimits, SqlRequest};

/// Computes the question that stands in `requests`, and writes the answer to `answers`.
///
/// Claims no more memory and computing time than the question allows; ends when nobody holds the other end of
/// `requests` any more.
///
/// # Errors
/// The pipes break.
pub async fn serve_sql(mut requests: impl Read + Send + 'static, answers: impl Write) -> io::Result<()> {
    let question = SqlQuestion::receive(&mut requests)?;
    std::thread::spawn(move || {
        // Nothing more is asked: this ends with the asking process.
        let _ = io::copy(&mut requests, &mut io::sink());
        std::process::exit(1);
    });
    limit(&question.limits)?;
    let engine = match opened(&question).await {
        Ok(engine) => engine,
        Err(error) => return fail(answers, Failure::of(error)),
    };
    let request = match request(&engine, &question) {
        Ok(request) => request,
        Err(error) => return fail(answers, Failure::of(error)),
    };
    match engine.sql_rows(&request, Some(&question.limits)).await {
        Ok((schema, rows)) => {
            let answer = AnswerWriter::start(answers, &schema, engine.reads_apart(&request))?;
            send(answer, rows, &question.limits).await
        }
        Err(error) => fail(answers, Failure::of(error)),
    }
}

async fn opened(question: &SqlQuestion) -> Result<Engine, EngineError> {
    let root = question.root().map_err(EngineError::Process)?;
    Engine::open_for(&root, &question.opening).await
}

fn request(engine: &Engine, question: &SqlQuestion) -> Result<SqlRequest, EngineError> {
    let text = match &question.asked {
        Asked::Text(text) => text.clone(),
        Asked::Saved(name) => engine.saved_question(name)?,
    };
    Ok(SqlRequest { text, period: question.period(), unit: question.unit.clone() })
}

/// Writes rows as they come, as many as the answer may have.
async fn send<W: Write>(
    mut answer: AnswerWriter<W>,
    mut rows: SendableRecordBatchStream,
    limits: &SqlLimits,
) -> io::Result<()> {
    let mut cells = 0;
    let failure = loop {
        let batch = match rows.next().await {
            Some(Ok(batch)) => batch,
            Some(Err(error)) => break Some(explained(error, limits.memory_mib)),
            None => break None,
        };
        cells += (batch.num_rows() * batch.num_columns()) as u64;
        if let Some(most) = limits.cells.filter(|most| cells > *most) {
            break Some(Refusal::Cells(most).into());
        }
        match answer.write(&batch) {
            Ok(bytes) if bytes <= limits.result() => {}
            Err(ArrowError::IoError(_, error)) => return Err(error),
            // Texts of more than two gigabytes in one column are an error of their own.
            Ok(_) | Err(_) => break Some(Refusal::Result(limits.result_mib).into()),
        }
    };
    answer.end(failure.map(Failure::of).as_ref())
}
