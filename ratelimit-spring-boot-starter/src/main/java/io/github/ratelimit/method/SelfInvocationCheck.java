package io.github.ratelimit.method;

import io.github.ratelimit.RateLimitExempt;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.asm.AnnotationVisitor;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Warns of limited methods that another method of the same object calls: such a call does
 * not come by the proxy, and is not limited.
 * <p>
 * It reads the byte code of a bean's class and its superclasses. A call counts only if
 * the calling method gets objects of these classes from nowhere else, by a parameter, a
 * field, a call or a cast, so that it can only be a call of the same object. So a bean
 * that calls its proxy is no warning, and a method that does both is none either. Nor is
 * a method with {@link RateLimitExempt}.
 */
final class SelfInvocationCheck {

	private static final Log logger = LogFactory.getLog(SelfInvocationCheck.class);

	/** Of classes above it, which generators write, nothing is read. */
	private static final int LARGEST_CLASS = 1024 * 1024;

	/** On the calling method it states that the calls are meant not to be limited. */
	private static final String EXEMPT = Type.getDescriptor(RateLimitExempt.class);

	/** By name and descriptor. */
	private final Map<String, LimitedMethod> limited = new HashMap<>();

	/** The internal names of the classes and interfaces that the bean's class has. */
	private final Set<String> own = new HashSet<>();

	private final Set<String> warned = new HashSet<>();

	private SelfInvocationCheck(Class<?> type, List<LimitedMethod> limited) {
		limited.forEach((method) -> this.limited.put(signature(method.method()), method));
		SourceMethods.hierarchy(type).forEach((each) -> this.own.add(Type.getInternalName(each)));
	}

	/**
	 * Looks for calls of limited methods within a class.
	 * @param type the class of a bean, never one that Spring generated
	 * @param limited its limited methods
	 */
	static void warnOf(Class<?> type, List<LimitedMethod> limited) {
		if (limited.isEmpty() || !logger.isWarnEnabled()) {
			return;
		}
		SelfInvocationCheck check = new SelfInvocationCheck(type, limited);
		for (Class<?> each : SourceMethods.hierarchy(type)) {
			if (each.getName().startsWith("java.")) {
				continue;
			}
			try {
				check.read(each);
			}
			catch (IOException | RuntimeException | LinkageError ex) {
				logger.debug("The byte code of " + each.getName() + " cannot be read", ex);
			}
		}
	}

	private void read(Class<?> type) throws IOException {
		String resource = "/" + Type.getInternalName(type) + ".class";
		try (InputStream in = type.getResourceAsStream(resource)) {
			byte[] code = (in != null) ? in.readNBytes(LARGEST_CLASS + 1) : new byte[0];
			if (code.length > 0 && code.length <= LARGEST_CLASS) {
				new ClassReader(code).accept(new Methods(type), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
			}
		}
	}

	private static String signature(Method method) {
		return method.getName() + Type.getMethodDescriptor(method);
	}

	private boolean isOwn(Type type) {
		Type element = (type.getSort() == Type.ARRAY) ? type.getElementType() : type;
		return element.getSort() == Type.OBJECT && this.own.contains(element.getInternalName());
	}

	private void warn(Class<?> type, String caller, LimitedMethod callee) {
		String name = SourceMethods.displayName(type, caller);
		if (this.warned.add(name + signature(callee.method()))) {
			logger.warn("Method '" + name + "' calls '" + callee.displayName() + "' of the same object, which is not "
					+ "limited by such a call: only calls that come from other beans are. Put @RateLimited on " + caller
					+ " if that is what others call, move one of the two methods to another bean, or ask "
					+ "RateLimiter in the method; if it is meant so, put @RateLimitExempt on " + caller + " [RL517]");
		}
	}

	/** Passes on the methods that have an object and a body. */
	private final class Methods extends ClassVisitor {

		private final Class<?> type;

		Methods(Class<?> type) {
			super(SpringAsmInfo.ASM_VERSION);
			this.type = type;
		}

		@Override
		public @Nullable MethodVisitor visitMethod(int access, String name, String descriptor,
				@Nullable String signature, String @Nullable [] exceptions) {
			boolean skipped = (access & (Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT | Opcodes.ACC_BRIDGE)) != 0
					|| name.startsWith("<");
			for (Type parameter : Type.getArgumentTypes(descriptor)) {
				skipped |= isOwn(parameter);
			}
			return skipped ? null : new Calls(this.type, name, descriptor);
		}

	}

	/** Collects the calls of one method. */
	private final class Calls extends MethodVisitor {

		private final Class<?> type;

		private final String name;

		private final @Nullable LimitedMethod caller;

		private final Set<LimitedMethod> called = new HashSet<>();

		private boolean hasOthers;

		private boolean isExempt;

		Calls(Class<?> type, String name, String descriptor) {
			super(SpringAsmInfo.ASM_VERSION);
			this.type = type;
			this.name = name;
			this.caller = SelfInvocationCheck.this.limited.get(name + descriptor);
		}

		@Override
		public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
			this.isExempt |= descriptor.equals(EXEMPT);
			return null;
		}

		@Override
		public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
			this.hasOthers |= isOwn(Type.getReturnType(descriptor));
			boolean ofObject = opcode == Opcodes.INVOKEVIRTUAL || opcode == Opcodes.INVOKEINTERFACE;
			if (ofObject && SelfInvocationCheck.this.own.contains(owner)) {
				note(name + descriptor);
			}
		}

		/** A method reference that has its object: {@code this::send}. */
		@Override
		public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
			this.hasOthers |= isOwn(Type.getReturnType(descriptor));
			Type[] captured = Type.getArgumentTypes(descriptor);
			for (Object argument : arguments) {
				if (argument instanceof Handle handle && captured.length > 0 && isOwn(captured[0])
						&& (handle.getTag() == Opcodes.H_INVOKEVIRTUAL
								|| handle.getTag() == Opcodes.H_INVOKEINTERFACE)) {
					note(handle.getName() + handle.getDesc());
				}
			}
		}

		private void note(String signature) {
			LimitedMethod callee = SelfInvocationCheck.this.limited.get(signature);
			if (callee != null && !isPaid(callee)) {
				this.called.add(callee);
			}
		}

		/** A call that comes in by the same annotation has been limited by it already. */
		private boolean isPaid(LimitedMethod callee) {
			return this.caller != null && (this.caller.equals(callee)
					|| this.caller.declarations().get(0).source().equals(callee.declarations().get(0).source()));
		}

		@Override
		public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
			this.hasOthers |= opcode != Opcodes.PUTFIELD && opcode != Opcodes.PUTSTATIC
					&& isOwn(Type.getType(descriptor));
		}

		@Override
		public void visitTypeInsn(int opcode, String type) {
			this.hasOthers |= (opcode == Opcodes.CHECKCAST || opcode == Opcodes.NEW) && isOwn(Type.getObjectType(type));
		}

		@Override
		public void visitEnd() {
			if (!this.hasOthers && !this.isExempt) {
				this.called.forEach((callee) -> warn(this.type, shown(this.name), callee));
			}
		}

		/** A lambda is a method whose name has that of the method around it. */
		private static String shown(String name) {
			String[] parts = name.split("\\$");
			return (parts.length == 3 && parts[0].equals("lambda")) ? parts[1] : name;
		}

	}

}
