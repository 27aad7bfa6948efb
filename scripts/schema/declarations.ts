import { join } from "node:path";
import ts from "typescript";
import { descriptionOf } from "./description";

/** The repository. */
export const root = join(__dirname, "..", "..");

/** A property in one or several declarations, for example in each alternative of a union. */
export interface DeclaredProperty {
  readonly name: string;
  readonly description: string;
  /** Whether each alternative requires it. */
  readonly isRequired: boolean;
  /** Its type in each declaration. */
  readonly types: readonly ts.TypeNode[];
}

/** The TypeScript declarations in provider/. */
export class Declarations {
  private readonly program: ts.Program;
  readonly checker: ts.TypeChecker;

  /** @param files paths in provider/ */
  constructor(files: readonly string[]) {
    const { options } = ts.parseJsonConfigFileContent({ extends: "./tsconfig.json" }, ts.sys, root);
    // Only the declarations of this package count. Those of others take several seconds to read.
    const own = { ...options, types: [], lib: ["lib.es2022.d.ts"] };
    const host = ts.createCompilerHost(own, true);
    host.resolveModuleNameLiterals = (literals, file) =>
      literals.map(({ text }) =>
        text.startsWith(".") ? ts.resolveModuleName(text, file, own, host) : { resolvedModule: undefined },
      );
    const rootNames = files.map((file) => join(root, "provider", file));
    this.program = ts.createProgram({ rootNames, options: own, host });
    this.checker = this.program.getTypeChecker();
  }

  /** Returns the class, function, interface or type with this name. */
  find(file: string, name: string): ts.Symbol {
    const statements = this.program.getSourceFile(join(root, "provider", file))?.statements ?? [];
    for (const statement of statements) {
      if (isDeclaration(statement) && statement.name?.text === name) return this.symbolAt(statement.name);
    }
    throw new Error(`provider/${file} doesn't declare ${name}.`);
  }

  /** Returns what a name refers to, also if the name is imported. */
  symbolAt(name: ts.Node): ts.Symbol {
    const symbol = this.checker.getSymbolAtLocation(name);
    if (!symbol) throw new Error(`${name.getText()} isn't declared in provider/.`);
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  /** Returns the doc comment of a declaration, without its tags. */
  describe(symbol: ts.Symbol): string {
    return descriptionOf(ts.displayPartsToString(symbol.getDocumentationComment(this.checker)));
  }

  /** Returns the properties of a class, an interface or a type. Merges the alternatives of a union. */
  properties(symbol: ts.Symbol): DeclaredProperty[] {
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    const alternatives = type.isUnion() ? type.types : [type];
    const names = new Set(alternatives.flatMap((each) => each.getProperties().map(({ name }) => name)));
    return [...names].map((name) => this.merge(name, symbol, alternatives));
  }

  private merge(name: string, owner: ts.Symbol, alternatives: readonly ts.Type[]): DeclaredProperty {
    const symbols = alternatives.map((each) => each.getProperty(name));
    const declarations = new Set(symbols.flatMap((each) => each?.declarations ?? []));
    const description = [...new Set(symbols)].map((each) => (each ? this.describe(each) : "")).find(Boolean);
    if (description === undefined) throw new Error(`${owner.name}.${name} has no doc comment.`);
    return {
      name,
      description,
      isRequired: symbols.every((each) => each && !(each.flags & ts.SymbolFlags.Optional)),
      types: [...declarations].flatMap((each) =>
        (ts.isPropertySignature(each) || ts.isPropertyDeclaration(each)) && each.type ? [each.type] : [],
      ),
    };
  }
}

function isDeclaration(node: ts.Node) {
  return (
    ts.isClassDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  );
}
