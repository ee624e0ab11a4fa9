//! Measures generated topologies of 100 to 50,000 resources on the simulated cloud, and writes a
//! table to standard output and to the given page, and a picture. `just large`.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::{env, error::Error, fmt::Write, fs, process::Command};

use nk_tests::large::{Costs, measure};

const SIZES: [usize; 4] = [100, 1_000, 10_000, 50_000];
/// How many times each topology is measured; the median counts.
const RUNS: usize = 3;

/// The marks around the table in the page.
const BEGIN: &str = "<!-- table: begin -->\n";
const END: &str = "<!-- table: end -->\n";

type Part = (&'static str, &'static str, fn(&Costs) -> f64);

/// What is measured, and its colour in the picture.
const PARTS: [Part; 6] = [
    ("plan, nothing there", "#0969da", |costs| costs.plan),
    ("plan, nothing to do", "#8250df", |costs| costs.plan_again),
    ("plan a destroy", "#bf3989", |costs| costs.plan_destroy),
    ("apply", "#1a7f37", |costs| costs.apply),
    ("destroy", "#cf222e", |costs| costs.destroy),
    ("memory", "#9a6700", |costs| costs.memory),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // In a process of its own, so that its memory is that of one topology.
        ["one", size] => println!("{}", serde_json::to_string(&measure(size.parse()?))?),
        [page, picture] => {
            let all = SIZES.iter().map(|size| median(*size)).collect::<Result<Vec<_>, _>>()?;
            print!("{}", table(&all));
            fs::write(picture, svg(&all))?;
            let text = fs::read_to_string(page)?;
            let (before, rest) = text.split_once(BEGIN).ok_or("the page has no place for it")?;
            let (_, after) = rest.split_once(END).ok_or("the page has no place for it")?;
            fs::write(page, format!("{before}{BEGIN}\n{}\n{END}{after}", table(&all)))?;
        }
        _ => return Err("usage: large PAGE.md PICTURE.svg".into()),
    }
    Ok(())
}

fn median(size: usize) -> Result<Costs, Box<dyn Error>> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let output = Command::new(env::current_exe()?).args(["one", &size.to_string()]).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        runs.push(serde_json::from_slice::<Costs>(&output.stdout)?);
    }
    let of = |part: fn(&Costs) -> f64| {
        let mut all: Vec<_> = runs.iter().map(part).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Ok(Costs {
        resources: size,
        plan: of(|costs| costs.plan),
        apply: of(|costs| costs.apply),
        plan_again: of(|costs| costs.plan_again),
        plan_destroy: of(|costs| costs.plan_destroy),
        destroy: of(|costs| costs.destroy),
        memory: of(|costs| costs.memory),
    })
}

fn table(all: &[Costs]) -> String {
    let mut text = String::from("| resources |");
    for (name, ..) in PARTS {
        let unit = if name == "memory" { "MiB" } else { "s" };
        let _ = write!(text, " {name}, {unit} |");
    }
    let _ = write!(text, "\n| ---: |{}\n", " ---: |".repeat(PARTS.len()));
    for costs in all {
        let _ = write!(text, "| {} |", costs.resources);
        for (name, _, part) in PARTS {
            let value = part(costs);
            let _ = if name == "memory" {
                write!(text, " {value:.0} |")
            } else {
                write!(text, " {value:.3} |")
            };
        }
        text.push('\n');
    }
    text
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 420.0;
/// The decades on the axes: resources from 100, seconds and GiB from a ten-thousandth.
const ACROSS: [i32; 2] = [2, 5];
const UP: [i32; 2] = [-4, 2];

#[expect(clippy::cast_precision_loss, reason = "nobody has that many resources")]
fn x(resources: usize) -> f64 {
    let [from, to] = ACROSS.map(f64::from);
    60.0 + ((resources as f64).log10() - from) / (to - from) * (WIDTH - 220.0)
}

fn y(value: f64) -> f64 {
    let [from, to] = UP.map(f64::from);
    HEIGHT - 40.0 - (value.log10() - from) / (to - from) * (HEIGHT - 80.0)
}

/// Both axes are logarithmic: the dotted line has the slope of proportional growth.
fn svg(all: &[Costs]) -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">\n  <style>text \
         {{ font: 12px sans-serif; fill: #7d8590; }}</style>\n  <text x=\"60\" y=\"22\">processor \
         seconds and GiB, by resources; dotted: in proportion</text>\n"
    );
    let mut stroke = |from: (f64, f64), to: (f64, f64), style: &str| {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = writeln!(
            text,
            "  <line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {style}/>"
        );
    };
    let grid = "stroke=\"#7d8590\" stroke-opacity=\"0.35\"";
    let (left, right) = (x(100), x(100_000));
    for decade in UP[0]..=UP[1] {
        let level = y(10_f64.powi(decade));
        stroke((left, level), (right, level), grid);
    }
    for size in [100, 1_000, 10_000, 100_000] {
        stroke((x(size), y(1e-4)), (x(size), y(1e2)), grid);
    }
    let dotted = "stroke=\"#7d8590\" stroke-dasharray=\"2 4\"";
    stroke((left, y(1e-3)), (right, y(1.0)), dotted);
    for decade in UP[0]..=UP[1] {
        let level = y(10_f64.powi(decade)) + 4.0;
        let _ = writeln!(
            text,
            "  <text x=\"52\" y=\"{level:.1}\" text-anchor=\"end\">{}</text>",
            10_f64.powi(decade)
        );
    }
    for (size, name) in [(100, "100"), (1_000, "1,000"), (10_000, "10,000"), (100_000, "100,000")] {
        let _ = writeln!(
            text,
            "  <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{name}</text>",
            x(size),
            HEIGHT - 22.0
        );
    }
    for (place, (name, colour, part)) in PARTS.into_iter().enumerate() {
        let value = |costs: &Costs| {
            if name == "memory" { part(costs) / 1024.0 } else { part(costs) }
        };
        let points: Vec<_> = all
            .iter()
            .map(|costs| format!("{:.1},{:.1}", x(costs.resources), y(value(costs).max(1e-4))))
            .collect();
        let level = 60 + 20 * place;
        let _ = writeln!(
            text,
            "  <polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n  \
             <text x=\"{:.1}\" y=\"{level}\" style=\"fill: {colour}\">{name}</text>",
            points.join(" "),
            right + 12.0
        );
    }
    text + "</svg>\n"
}
