package io.github.ratelimit.expression;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NativeDetector;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.CompiledExpression;
import org.springframework.expression.spel.ExpressionState;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.standard.SpelCompiler;

/**
 * The value of a part of an expression by SpEL: interpreted at first, compiled once its
 * types are known where compiling cannot change its meaning.
 * <p>
 * Spring's own mixed mode would compile again after every failure, so that a client could
 * have a class made by every hundredth request. Here a compiled form that met a value
 * which it was not made for is given up, and made anew a few times at most.
 */
final class SpelValue implements ValueReader {

	static final SpelParserConfiguration CONFIGURATION = new SpelParserConfiguration(SpelCompilerMode.OFF, null);

	private static final Log logger = LogFactory.getLog(SpelValue.class);

	private static final int MAX_COMPILATIONS = 3;

	private final SpelNodeImpl node;

	private final Arguments arguments;

	private final EvaluationSetup setup;

	/** Null where the part is not to be compiled. */
	private final @Nullable ClassLoader compilerClassLoader;

	/** Reads a value without which the whole part fails, null if there is none. */
	private final @Nullable ValueReader required;

	private volatile @Nullable CompiledExpression compiled;

	// Not exact under concurrency: it only says when to try to compile
	private int evaluations;

	private int nextCompilation = 64;

	private int compilations;

	SpelValue(SpelNodeImpl node, Arguments arguments, EvaluationSetup setup, @Nullable ClassLoader classLoader) {
		this.node = node;
		this.arguments = arguments;
		this.setup = setup;
		boolean compilable = !NativeDetector.inNativeImage() && !Compilable.never(node, arguments);
		this.compilerClassLoader = compilable ? classLoader : null;
		this.required = Compilable.required(node, arguments);
	}

	@Override
	public @Nullable Object read(Call call) throws Exception {
		if (this.required != null && this.required.read(call) == null) {
			return null;
		}
		CallContext context = new CallContext(this.setup, this.arguments, call);
		CompiledExpression current = this.compiled;
		if (current == null) {
			Object value = interpret(context, call);
			countEvaluation();
			return value;
		}
		try {
			return current.getValue(call, context);
		}
		catch (Exception | LinkageError ex) {
			Object value = interpret(context, call);
			this.compiled = null;
			return value;
		}
	}

	private @Nullable Object interpret(CallContext context, Call call) {
		return this.node.getValue(new ExpressionState(context, new TypedValue(call), CONFIGURATION));
	}

	private void countEvaluation() {
		if (this.compilerClassLoader != null && ++this.evaluations >= this.nextCompilation) {
			this.nextCompilation = (this.nextCompilation > Integer.MAX_VALUE / 4) ? Integer.MAX_VALUE
					: 4 * this.nextCompilation;
			if (this.compilations < MAX_COMPILATIONS) {
				compile(this.compilerClassLoader);
			}
		}
	}

	/** What other threads learn of types meanwhile can make the code invalid. */
	private void compile(ClassLoader classLoader) {
		try {
			if (!Compilable.keepsItsMeaning(this.node)) {
				return;
			}
			CompiledExpression made = SpelCompiler.getCompiler(classLoader).compile(this.node);
			if (made != null) {
				this.compilations++;
				this.compiled = made;
			}
		}
		catch (RuntimeException | LinkageError ex) {
			logger.debug("Not compiled: " + ex.getClass().getName());
		}
	}

	/** For tests. */
	boolean isCompiled() {
		return this.compiled != null;
	}

	/** For tests. */
	int compilations() {
		return this.compilations;
	}

}
