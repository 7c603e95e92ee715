import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  FormattingOptions,
  Hover,
  InlayHint,
  Location,
  Range,
  SignatureHelp,
  SymbolKind,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-types';
import type { SourceText, Span } from './source-text.ts';

/** As package.json calls them. */
export type LanguageId =
  | 'barrelfish-mackerel'
  | 'barrelfish-flounder'
  | 'barrelfish-menu-list'
  | 'barrelfish-hakefile'
  | 'barrelfish-sockeye'
  | 'barrelfish-skate'
  | 'barrelfish-fugu'
  | 'barrelfish-hamlet'
  | 'barrelfish-pleco'
  | 'barrelfish-device-db';

/** One version of one file, read by its language's parser. */
export interface ParsedFile<Tree> {
  readonly uri: string;
  readonly source: SourceText;
  readonly tree: Tree;
}

/** What is wrong at a place. The code is stable, and is what documentation and quick fixes go by. */
export interface Finding extends Span {
  /** Kebab-case, unique within its language: `register-overlap`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  /** Other places that have to do with it. */
  readonly related?: readonly { readonly location: Location; readonly message: string }[];
  readonly tag?: 'unnecessary' | 'deprecated';
}

/** A name that other files, or the search for symbols, can find. */
export interface DeclaredName {
  readonly name: string;
  readonly kind: SymbolKind;
  /** Where the name stands. */
  readonly range: Range;
  /** What it is in: a register's device. */
  readonly container?: string;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What the rest of the workspace needs of a file. JSON: it is kept on disk. */
export interface FileSummary {
  readonly declared: readonly DeclaredName[];
  /** Names of other files' things that this one uses, each once: the files in which references are looked for. */
  readonly used: readonly string[];
  /** What only its own language understands. */
  readonly data?: Json;
}

/** What is known of a source tree's build. Paths are relative to the build directory. */
export interface BuildFacts {
  readonly directory: string;
  readonly architectures: readonly string[];
  /** Whether there is such a file now. */
  exists(path: string): boolean;
  /** Whether its Makefile can make it; undefined when the targets are not known (yet). */
  makes(path: string): boolean | undefined;
  /** Targets that begin so, sorted. */
  targets(prefix: string): readonly string[];
}

/** All that a language may ask of the other files. Nothing of it waits, and nothing of it throws. */
export interface Workspace {
  /** URIs of a language's files, in a fixed order. */
  files(language: LanguageId): readonly string[];
  summary(uri: string): FileSummary | undefined;
  /** The file as the editor has it, else as it is on disk; undefined when it can't be read or is none of that language. */
  parsed<Tree>(language: Language<Tree>, uri: string): ParsedFile<Tree> | undefined;
  /** Files of a language that declare a name. */
  declaring(language: LanguageId, name: string): readonly string[];
  /** Files, of any language, that use a name; C sources are not among them. */
  using(name: string): readonly string[];
  /** C sources and headers of the same tree in which a word stands, each with where; bounded, and empty when it is not known. */
  inC(word: string, near: string): readonly Location[];
  /** Whether `inC` tells all there is: the C sources have been read. */
  knowsC?(near: string): boolean;
  /** URI, ending with a slash, of the source tree that a file is in. */
  sourceRoot(uri: string): string | undefined;
  build(uri: string): BuildFacts | undefined;
  exists(uri: string): boolean;
  /** Names in a directory, those of directories ending with a slash. */
  list(uri: string): readonly string[];
}

/** A token's colour, as editors name them; `modifiers` is a set of bits in the order of the legend. */
export interface SemanticToken extends Span {
  readonly type: SemanticTokenType;
  readonly modifiers?: readonly SemanticTokenModifier[];
}
export type SemanticTokenType =
  | 'namespace'
  | 'type'
  | 'struct'
  | 'enum'
  | 'enumMember'
  | 'interface'
  | 'property'
  | 'variable'
  | 'parameter'
  | 'function'
  | 'method'
  | 'keyword'
  | 'number'
  | 'string'
  | 'comment'
  | 'operator'
  | 'decorator';
export type SemanticTokenModifier = 'declaration' | 'definition' | 'readonly' | 'deprecated' | 'defaultLibrary';

/**
 * A language: pure functions of parsed files. Offsets are UTF-16 offsets into the file's text. None throws, whatever the
 * text; none takes more than linear time in it (n log n where things are sorted). What a language can't do is left out.
 */
export interface Language<Tree> {
  readonly id: LanguageId;
  parse(source: SourceText, uri: string): Tree;
  summarize(file: ParsedFile<Tree>): FileSummary;
  diagnose(file: ParsedFile<Tree>, workspace: Workspace): readonly Finding[];
  symbols?(file: ParsedFile<Tree>): readonly DocumentSymbol[];
  folds?(file: ParsedFile<Tree>): readonly FoldingRange[];
  tokens?(file: ParsedFile<Tree>, workspace: Workspace): readonly SemanticToken[];
  hover?(file: ParsedFile<Tree>, offset: number, workspace: Workspace): Hover | undefined;
  definitions?(file: ParsedFile<Tree>, offset: number, workspace: Workspace): readonly Location[];
  references?(
    file: ParsedFile<Tree>,
    offset: number,
    options: { declaration: boolean },
    workspace: Workspace,
  ): readonly Location[];
  /** The name that would be renamed, or why it can't be. */
  renameable?(
    file: ParsedFile<Tree>,
    offset: number,
    workspace: Workspace,
  ): Span | { readonly refused: string } | undefined;
  rename?(
    file: ParsedFile<Tree>,
    offset: number,
    to: string,
    workspace: Workspace,
  ): WorkspaceEdit | { readonly refused: string };
  complete?(file: ParsedFile<Tree>, offset: number, workspace: Workspace): readonly CompletionItem[];
  signature?(file: ParsedFile<Tree>, offset: number, workspace: Workspace): SignatureHelp | undefined;
  /** Idempotent; keeps comments and meaning; no edits where the text is too damaged to be sure. */
  format?(file: ParsedFile<Tree>, options: FormattingOptions, span?: Span): readonly TextEdit[];
  hints?(file: ParsedFile<Tree>, span: Span, workspace: Workspace): readonly InlayHint[];
  lenses?(file: ParsedFile<Tree>, workspace: Workspace): readonly CodeLens[];
  links?(file: ParsedFile<Tree>, workspace: Workspace): readonly DocumentLink[];
  /** Ever larger stretches around an offset, the smallest first. */
  selections?(file: ParsedFile<Tree>, offset: number): readonly Span[];
  actions?(
    file: ParsedFile<Tree>,
    span: Span,
    findings: readonly Finding[],
    workspace: Workspace,
  ): readonly CodeAction[];
  /** What a word of a C source means that was generated from files of this language. */
  inC?: NamesInC;
}

/** C names that the tree's compilers generate from files of a language. */
export interface NamesInC {
  /** The file and place that a C name was generated from; cheap when it is none of ours. `includes`: the names in #include lines. */
  resolve(name: string, includes: readonly string[], workspace: Workspace): GeneratedName | undefined;
  /** Names that begin so. */
  complete(prefix: string, includes: readonly string[], workspace: Workspace): readonly CompletionItem[];
}

export interface GeneratedName {
  readonly location: Location;
  readonly hover: Hover;
}
