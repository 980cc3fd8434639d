package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.Subnet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.OpMinus;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.TypeCode;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Checks every name of an expression before the first call, so that a misspelt name is an
 * error and not a value that is always missing.
 */
final class NameCheck {

	/** A field name as RFC 9110 has it. */
	private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

	private final ParsedExpression expression;

	NameCheck(ParsedExpression expression) {
		this.expression = expression;
	}

	/** Checks an expression, or the part of one that is evaluated over the call. */
	void check(SpelNode node) {
		check(node, true);
	}

	/**
	 * Checks a part.
	 * @param node the part
	 * @param ofCall whether names without a dot before them are those of the call, not of
	 * an element that a selection or a projection looks at
	 */
	private void check(SpelNode node, boolean ofCall) {
		if (node instanceof CompoundExpression) {
			checkCompound(node, ofCall);
			return;
		}
		checkName(node, ofCall);
		checkChildren(node, ofCall);
	}

	private void checkName(SpelNode node, boolean ofCall) {
		if (node instanceof PropertyOrFieldReference property && ofCall) {
			checkVariable(property.getName());
		}
		else if (node instanceof MethodReference method && ofCall) {
			checkFunction(method);
		}
		else if (node instanceof VariableReference) {
			checkArgument(node, ofCall);
		}
		else if (node instanceof BeanReference bean) {
			this.expression.beans().check(this.expression, bean.getName());
		}
		else if (node instanceof TypeReference || node instanceof ConstructorReference) {
			checkType(node.getChild(0).toStringAST());
		}
		else if (node instanceof FunctionReference) {
			throw this.expression.invalid("calls " + node.toStringAST() + ", but no such function is registered",
					"Write @bean.method() to call a method of a bean.");
		}
		else if (node instanceof Assign || node instanceof OpInc || node instanceof OpDec) {
			throw this.expression.invalid("assigns a value", "An expression only reads. Write == to compare.");
		}
	}

	private void checkChildren(SpelNode node, boolean ofCall) {
		for (int i = 0; i < node.getChildCount(); i++) {
			if (!(node instanceof InlineMap && i % 2 == 0 && isWord(node.getChild(i)))) {
				check(node.getChild(i), ofCall);
			}
		}
	}

	private void checkCompound(SpelNode compound, boolean ofCall) {
		// brackets would reach every member of the call, not only its values
		boolean fromRoot = isRoot(compound.getChild(0)) && !(compound.getChild(1) instanceof Indexer);
		if (!fromRoot) {
			check(compound.getChild(0), ofCall);
		}
		for (int i = 1; i < compound.getChildCount(); i++) {
			SpelNode member = compound.getChild(i);
			if (i == 1 && fromRoot) {
				check(member, true);
			}
			else {
				checkMember(member, ofCall);
			}
		}
		if (ofCall && !fromRoot) {
			this.expression.types().checkMembers(compound);
		}
	}

	/** A member behind a dot or in brackets belongs to the value before it. */
	private void checkMember(SpelNode member, boolean ofCall) {
		if (member instanceof Projection || member instanceof Selection) {
			checkChildren(member, false);
		}
		else if (member instanceof MethodReference) {
			checkChildren(member, ofCall);
		}
		else if (member instanceof Indexer) {
			if (!isWord(member.getChild(0))) {
				check(member.getChild(0), true);
			}
		}
		else if (!isWord(member)) {
			check(member, ofCall);
		}
	}

	/** As a member, as a key of a map or in brackets, a word needs no quotes. */
	private static boolean isWord(SpelNode node) {
		return node instanceof PropertyOrFieldReference;
	}

	private static boolean isRoot(SpelNode node) {
		return node instanceof VariableReference && node.toStringAST().equals("#root");
	}

	private void checkVariable(String name) {
		VariableOrFunction variable = VariableOrFunction.variable(name);
		if (variable == null) {
			throw UnknownNames.variable(this.expression, name);
		}
		if (variable == VariableOrFunction.STATUS && !this.expression.afterResponse()) {
			throw this.expression.invalid("reads status, which is not known before the response",
					"Write it in count-when or settle of a limit, which are evaluated after the response: for example "
							+ "key: ip and count-when: status == 401.");
		}
		if (variable.isSecurity()) {
			checkKnownAfterwards(name);
		}
		if (variable == VariableOrFunction.GLOBAL) {
			throw this.expression.invalid("uses global as a value",
					"Write global alone, as a whole key: one for all calls. It has no value to combine or compare.");
		}
	}

	private void checkKnownAfterwards(String name) {
		if (this.expression.afterResponse()) {
			throw this.expression.invalid(
					"reads " + name + ", but the authenticated user is not known any more after the response",
					"Look at status, or at an attribute('…') of the request that your code sets.");
		}
	}

	private void checkArgument(SpelNode node, boolean ofCall) {
		String name = ParsedExpression.argumentName(node);
		if (name.equals("root") || (name.equals("this") && ofCall)) {
			throw this.expression.invalid("names #" + name + ", which is not a value",
					"Write " + VariableOrFunction.VALUES + ".");
		}
		if (this.expression.arguments().type(name) == void.class) {
			throw this.expression.invalid("names #" + name + ", but the method returns nothing",
					"Let the method return a value that contains its cost, or omit the expression.");
		}
		if (!name.equals("this") && this.expression.arguments().position(name) < 0) {
			throw this.expression.arguments().unknown(this.expression, name);
		}
	}

	private void checkFunction(MethodReference call) {
		if (call.getName().equals(VariableOrFunction.COALESCE)) {
			if (call.getChildCount() < 2) {
				throw this.expression.invalid("calls coalesce with " + count(call.getChildCount(), "value"),
						"Write at least two, such as coalesce(user, ip).");
			}
			return;
		}
		VariableOrFunction function = VariableOrFunction.function(call.getName());
		if (function == null) {
			throw UnknownNames.function(this.expression, call.getName());
		}
		if (call.getChildCount() != 1) {
			throw wrongCall(function, "with " + count(call.getChildCount(), "argument"), "Write one name,");
		}
		if (function.isSecurity()) {
			checkKnownAfterwards(function.text());
		}
		checkArgument(function, call.getChild(0));
	}

	private static String count(int number, String what) {
		return ((number == 0) ? "no " : number + " ") + what + ((number == 1) ? "" : "s");
	}

	private void checkArgument(VariableOrFunction function, SpelNode argument) {
		if (function == VariableOrFunction.IN_SUBNET) {
			checkSubnet(argument);
		}
		else if (argument instanceof StringLiteral literal) {
			String name = ParsedExpression.text(literal);
			if (name.isBlank() || (function == VariableOrFunction.HEADER && !TOKEN.matcher(name).matches())) {
				throw wrongCall(function, "with '" + name + "', which is not a valid name", "Write a name");
			}
		}
		else if (argument instanceof Literal) {
			throw wrongCall(function, "with " + argument.toStringAST() + " instead of a name",
					"A name is a text in quotes,");
		}
		else {
			checkUnquoted(function, argument);
		}
	}

	/** Subnets are parsed once, so no call can bring its own. */
	private void checkSubnet(SpelNode argument) {
		if (!(argument instanceof StringLiteral literal)) {
			throw wrongCall(VariableOrFunction.IN_SUBNET,
					"with " + argument.toStringAST() + ", which is not a text in quotes",
					"Write the subnet in quotes,");
		}
		try {
			Subnet.parse(ParsedExpression.text(literal));
		}
		catch (InvalidExpressionException ex) {
			throw this.expression.invalid(ex.problem(), ex.remedy());
		}
	}

	/** Quotes are easily forgotten, in plain YAML as in annotations. */
	private void checkUnquoted(VariableOrFunction function, SpelNode argument) {
		Set<String> names = new TreeSet<>();
		if (isWordsAndHyphens(argument, names)
				&& names.stream().anyMatch((name) -> VariableOrFunction.variable(name) == null)) {
			throw wrongCall(function, "with a name that is not in quotes", "Write the name in quotes,");
		}
	}

	/** Returns whether a node could be {@code X-API-Key} without quotes. */
	private static boolean isWordsAndHyphens(SpelNode node, Set<String> words) {
		if (node instanceof PropertyOrFieldReference property) {
			words.add(property.getName());
			return true;
		}
		return node instanceof OpMinus && node.getChildCount() == 2 && isWordsAndHyphens(node.getChild(0), words)
				&& isWordsAndHyphens(node.getChild(1), words);
	}

	private void checkType(String name) {
		boolean primitive = !name.contains(".") && TypeCode.forName(name) != TypeCode.OBJECT;
		if (primitive) {
			return;
		}
		try {
			this.expression.beans().context().getTypeLocator().findType(name);
		}
		catch (EvaluationException ex) {
			throw this.expression.invalid("names the class " + name + ", which does not exist",
					"Write its full name, such as java.time.LocalDate.");
		}
	}

	private InvalidExpressionException wrongCall(VariableOrFunction function, String how, String remedy) {
		return this.expression.invalid("calls " + function.text() + " " + how,
				remedy + " such as " + function.written() + ".");
	}

}
