package io.github.ratelimit.expression.spel;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.registry.KeySource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Elvis;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.NullLiteral;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Parses keys: values, alternatives of which the first that has a value counts, and
 * compositions of several values.
 */
final class KeyParser {

	private static final String WHAT_IS_A_KEY = "Write " + VariableOrFunction.VALUES
			+ "; in YAML quote what begins with # or @.";

	private final ParsedExpression expression;

	private KeyParser(ParsedExpression expression) {
		this.expression = expression;
	}

	static KeyExpression parse(ParsedExpression expression) {
		SpelNode node = expression.parse(WHAT_IS_A_KEY, (part) -> isKey(expression.withText(part)));
		Part part = new KeyParser(expression).whole(node);
		return new KeyExpression(new KeySource(expression.text(), part.kinds(), part.composed()),
				expression.inputs(node).withNeedsRequest(part.needsRequest()), part.key());
	}

	private static boolean isKey(ParsedExpression expression) {
		try {
			parse(expression);
			return true;
		}
		catch (InvalidExpressionException ex) {
			return false;
		}
	}

	private Part whole(SpelNode node) {
		if (ParsedExpression.named(node) == VariableOrFunction.GLOBAL) {
			return Part.constant(Key.GLOBAL);
		}
		this.expression.check(node);
		this.expression.refuseCondition(node, "key", "user : ip");
		return part(node);
	}

	private Part part(SpelNode node) {
		if (ParsedExpression.isSum(node)) {
			List<Part> parts = new ArrayList<>();
			addOperands(node, parts);
			return Part.composition(List.copyOf(parts));
		}
		if (ParsedExpression.isCoalesce(node) || node instanceof Elvis) {
			return Part.alternatives(
					IntStream.range(0, node.getChildCount()).mapToObj((child) -> part(node.getChild(child))).toList());
		}
		if (node instanceof Literal literal) {
			return Part.constant(Key.of(constant(literal)));
		}
		if (node instanceof VariableReference argument) {
			this.expression.types().checkKey(argument);
		}
		return Part.value(kind(node), this.expression.evaluation(node, conversion(node)),
				ExpressionInputs.needsRequest(node));
	}

	/** What is declared as a text only has to be present. */
	private static Function<@Nullable Object, @Nullable String> conversion(SpelNode node) {
		VariableOrFunction value = ParsedExpression.named(node);
		return (value != null && value.type() == String.class)
				? (text) -> (text != null && !((String) text).isBlank()) ? (String) text : null : ValueToText::text;
	}

	private void addOperands(SpelNode node, List<Part> parts) {
		if (ParsedExpression.isSum(node)) {
			addOperands(node.getChild(0), parts);
			addOperands(node.getChild(1), parts);
		}
		else {
			parts.add(part(node));
		}
	}

	private String constant(Literal literal) {
		String constant = (literal instanceof NullLiteral) ? "" : String.valueOf(literal.getLiteralValue().getValue());
		if (constant.isEmpty()) {
			throw this.expression.invalid("contains " + ((literal instanceof NullLiteral) ? "null" : "an empty text")
					+ ", which is never a value", "Omit it; the parts of a key need no separator.");
		}
		return constant;
	}

	/**
	 * A value that only the application's own tokens and sessions contain has its own
	 * kind, so that no header can name the same key.
	 */
	private static String kind(SpelNode node) {
		VariableOrFunction value = ParsedExpression.named(node);
		String name = (value != null) ? ParsedExpression.literalName(node) : null;
		if (value != null && name != null) {
			return value.kind(name);
		}
		boolean trusted = ExpressionInputs.looksAtSecurity(node) && !ExpressionInputs.looksAtClient(node);
		return trusted ? node.toStringAST() : Key.VALUE_KIND;
	}

	/**
	 * A key or a part of one.
	 *
	 * @param kinds the kinds of the keys, for finding a key by its text
	 * @param composed whether the first key that it creates is composed of several parts
	 * @param needsRequest whether there is no key without a request
	 * @param key returns the key of a call, null if there is no value; never throws
	 */
	private record Part(List<String> kinds, boolean composed, boolean needsRequest,
			Function<ExpressionRoot, @Nullable Key> key) {

		static Part constant(Key key) {
			return new Part(List.of(key.kind()), false, false, (call) -> key);
		}

		static Part value(String kind, Function<ExpressionRoot, @Nullable String> reader, boolean needsRequest) {
			return new Part(List.of(kind), false, needsRequest, (call) -> {
				String text = reader.apply(call);
				return (text != null) ? Key.of(kind, text) : null;
			});
		}

		/** The first of several that has a value. */
		static Part alternatives(List<Part> parts) {
			List<String> kinds = parts.stream().flatMap((part) -> part.kinds().stream()).distinct().toList();
			return new Part(kinds, parts.get(0).composed(), parts.stream().allMatch(Part::needsRequest), (call) -> {
				for (Part part : parts) {
					Key key = part.key().apply(call);
					if (key != null) {
						return key;
					}
				}
				return null;
			});
		}

		/** All of several; no value if one has none. */
		static Part composition(List<Part> parts) {
			List<Key> examples = parts.stream().map((part) -> Key.of(part.kinds().get(0), "example")).toList();
			return new Part(List.of(Key.composed(examples).kind()), true, parts.stream().anyMatch(Part::needsRequest),
					(call) -> composed(parts, call));
		}

		private static @Nullable Key composed(List<Part> parts, ExpressionRoot call) {
			List<Key> keys = new ArrayList<>(parts.size());
			for (Part part : parts) {
				Key key = part.key().apply(call);
				if (key == null) {
					return null;
				}
				keys.add(key);
			}
			return Key.composed(keys);
		}

	}

}
