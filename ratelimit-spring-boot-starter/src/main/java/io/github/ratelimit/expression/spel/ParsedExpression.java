package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.Expression.Inputs;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.spel.VariableOrFunction.Reader;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.log.LogMessage;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.SpelParseException;
import org.springframework.expression.spel.ast.BooleanLiteral;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpAnd;
import org.springframework.expression.spel.ast.OpEQ;
import org.springframework.expression.spel.ast.OpGE;
import org.springframework.expression.spel.ast.OpGT;
import org.springframework.expression.spel.ast.OpLE;
import org.springframework.expression.spel.ast.OpLT;
import org.springframework.expression.spel.ast.OpNE;
import org.springframework.expression.spel.ast.OpOr;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.OperatorNot;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * The text of one expression with the names that it may use: its syntax tree, the checks
 * of it, and what evaluates it.
 *
 * @param text the text
 * @param arguments the arguments that it may name
 * @param beans the beans and classes that it may name
 * @param afterResponse whether it is evaluated after a response
 */
record ParsedExpression(String text, MethodArguments arguments, BeanReferences beans, boolean afterResponse) {

	private static final Log logger = LogFactory.getLog(ExpressionParser.class);

	private static final Set<Class<?>> CONDITIONS = Set.of(OpAnd.class, OpOr.class, OperatorNot.class, OpEQ.class,
			OpNE.class, OpGT.class, OpGE.class, OpLT.class, OpLE.class, BooleanLiteral.class);

	/** Returns another text that may use the same names. */
	ParsedExpression withText(String other) {
		return new ParsedExpression(other, this.arguments, this.beans, this.afterResponse);
	}

	/**
	 * Returns the syntax tree.
	 * @param emptyRemedy what to write instead of nothing
	 * @param isKey whether a part of a key is a key, always false for other expressions
	 * @return the tree, whose names are unchecked
	 * @throws InvalidExpressionException if the text is no expression
	 */
	SpelNode parse(String emptyRemedy, Predicate<String> isKey) {
		if (this.text.isBlank()) {
			throw invalid("is empty", emptyRemedy);
		}
		try {
			return parse(this.text);
		}
		catch (RuntimeException ex) {
			throw SyntaxErrors.of(this.text, ex, isKey);
		}
	}

	/**
	 * Returns the syntax tree of a text.
	 * @throws SpelParseException if the text is no expression
	 */
	static SpelNode parse(String text) {
		SpelExpression expression = new SpelExpressionParser(SpelEvaluation.CONFIGURATION).parseRaw(text);
		return expression.getAST();
	}

	/** Returns the syntax tree, its names checked. */
	SpelNode parseAndCheck(String emptyRemedy) {
		SpelNode node = parse(emptyRemedy, (part) -> false);
		check(node);
		return node;
	}

	/** Checks the names of the expression. */
	void check(SpelNode node) {
		new NameCheck(this).check(node);
	}

	/** Two values for all calls are seldom meant. */
	void refuseCondition(SpelNode node, String what, String example) {
		if (isCondition(node)) {
			throw invalid("is true or false, not a " + what, "Write which " + what + " it selects, such as \""
					+ this.text.strip() + " ? " + example + "\", in double quotes where it is in YAML.");
		}
	}

	/** Returns what the declared types of its values exclude. */
	DeclaredTypes types() {
		return new DeclaredTypes(this);
	}

	/**
	 * Returns a function that evaluates a part of the expression. There is no value if
	 * that fails, since a failure is caused by the client's input. The input is not
	 * logged.
	 * @param node the part
	 * @param conversion converts the value, and null if there is none
	 */
	<T extends @Nullable Object> Function<ExpressionRoot, T> evaluation(SpelNode node,
			Function<@Nullable Object, T> conversion) {
		Reader reader = reader(node);
		return (call) -> {
			try {
				return conversion.apply(reader.apply(call));
			}
			catch (Exception | StackOverflowError | LinkageError ex) {
				logger.debug(LogMessage
					.of(() -> "Expression '" + this.text + "' has no value for a call: " + ex.getClass().getName()));
				return conversion.apply(null);
			}
		};
	}

	/** Returns what a checked expression depends on. */
	Inputs inputs(SpelNode node) {
		return ExpressionInputs.of(node, this.beans);
	}

	/** Returns the expression, which has no value if it fails. */
	<T extends @Nullable Object> Expression<T> expression(SpelNode node, Function<@Nullable Object, T> conversion) {
		return new Expression<>(this.text, inputs(node), evaluation(node, conversion));
	}

	/** Returns the expression for the time after the call, which may fail. */
	<T> Expression<T> outcome(SpelNode node, Function<@Nullable Object, T> conversion) {
		Reader reader = reader(node);
		return new Expression<>(this.text, Inputs.NONE.withNeedsRequest(this.afterResponse),
				(call) -> conversion.apply(reader.apply(call)));
	}

	private Reader reader(SpelNode node) {
		return new PlainEvaluation(this.arguments,
				(part) -> new SpelEvaluation(part, this.arguments, this.beans.context()))
			.of(node);
	}

	InvalidExpressionException invalid(String problem, String remedy) {
		return new InvalidExpressionException(this.text, problem, remedy);
	}

	/** Returns the variable or function that a node reads, null if it is neither. */
	static @Nullable VariableOrFunction named(SpelNode node) {
		if (node instanceof PropertyOrFieldReference property) {
			return VariableOrFunction.variable(property.getName());
		}
		return (node instanceof MethodReference method) ? VariableOrFunction.function(method.getName()) : null;
	}

	/**
	 * Returns the argument of a function, empty for a variable, null if it is computed.
	 */
	static @Nullable String literalName(SpelNode node) {
		if (node instanceof PropertyOrFieldReference) {
			return "";
		}
		return (node.getChild(0) instanceof StringLiteral literal) ? text(literal) : null;
	}

	static boolean isCoalesce(SpelNode node) {
		return node instanceof MethodReference method && method.getName().equals(VariableOrFunction.COALESCE);
	}

	/** The sign before a number has the same class, with one operand. */
	static boolean isSum(SpelNode node) {
		return node instanceof OpPlus && node.getChildCount() == 2;
	}

	static String argumentName(SpelNode node) {
		return node.toStringAST().substring(1);
	}

	static String text(StringLiteral literal) {
		return String.valueOf(literal.getLiteralValue().getValue());
	}

	/** Returns whether a node is true or false by what it is. */
	static boolean isCondition(SpelNode node) {
		VariableOrFunction value = named(node);
		return (value != null && value.isCondition()) || CONDITIONS.contains(node.getClass());
	}

}
