//! JavaScript in fewer bytes: short local names, no comments, no whitespace. By oxc, which parses the whole language.

use anyhow::{Result, bail};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// How the browser will run it.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A classic script tag.
    Script,
    /// `type="module"`.
    Module,
}

/// The same program, smaller. Fails where the source does not parse.
pub(super) fn minify(source: &str, kind: Kind) -> Result<String> {
    let allocator = Allocator::default();
    let source_type = match kind {
        Kind::Script => SourceType::script(),
        Kind::Module => SourceType::mjs(),
    };
    let parsed = Parser::new(&allocator, source, source_type).parse();
    if let Some(error) = parsed.diagnostics.first() {
        bail!("{error}");
    }
    let mut program = parsed.program;
    let minified = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    let options = CodegenOptions::minify();
    Ok(Codegen::new().with_options(options).with_scoping(minified.scoping).build(&program).code)
}

#[cfg(test)]
mod tests {
    use super::{Kind, minify};

    #[test]
    fn what_a_page_can_see_keeps_its_name() {
        let source =
            "(() => { /* why */ const api = { open: (wish) => wish.item }; window.tieline = api; })();\n";
        assert_eq!(minify(source, Kind::Script).unwrap(), "window.tieline={open:e=>e.item};");
    }

    #[test]
    fn what_does_not_parse_is_an_error() {
        assert!(minify("let a = ;", Kind::Script).is_err());
    }
}
