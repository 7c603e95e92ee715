import { l10n } from 'vscode';
import type { DiagnosisFacts } from '../diagnosis/diagnosis.ts';
import type { CauseAndAdvice } from './host-diagnosis-words.ts';

const t = l10n.t.bind(l10n);

const inContainer = (): string =>
  t('Or build in a container that has the tools of its time: the setting barrelfish.build.wrapper.');

function engineTrouble({ program, problem, image }: DiagnosisFacts['container-engine']): CauseAndAdvice {
  switch (problem) {
    case 'not-running':
      return [t('{0} is not running, and the build goes through it.', program), t('Start it, and build again.')];
    case 'forbidden':
      return [
        t('You may not use {0}, and the build goes through it.', program),
        t('Its administrator can add you to the group docker. podman needs no such right.'),
      ];
    case 'no-image':
      return [
        t('{0} has no image {1}.', program, image ?? '?'),
        t('Build the image, or name another in the setting barrelfish.build.wrapper.'),
      ];
  }
}

/** Words for why a build fails before it comes to the source. */
export const buildDiagnosisTexts = {
  'build-tool-missing': ({ tool }: DiagnosisFacts['build-tool-missing']): CauseAndAdvice => [
    t('The tool chain is incomplete: {0} is not there.', tool),
    t('Install it where the build runs.'),
    inContainer(),
  ],
  'haskell-package-missing': ({ name }: DiagnosisFacts['haskell-package-missing']): CauseAndAdvice => [
    t('GHC does not have {0}, which hake or a tool of the tree is made with.', name),
    t('Install that Haskell package where the build runs.'),
    inContainer(),
  ],
  'compiler-too-new': ({ compiler, said }: DiagnosisFacts['compiler-too-new']): CauseAndAdvice => [
    t('This {0} seems too new for the source: {1}.', { gcc: 'GCC', ghc: 'GHC', ld: 'GNU ld' }[compiler], said),
    t('Build with the compiler that the source was written for.'),
    inContainer(),
  ],
  'container-engine': engineTrouble,
  'build-place-unknown': ({ directory }: DiagnosisFacts['build-place-unknown']): CauseAndAdvice => [
    t('Where the build runs there is no {0}.', directory),
    t('Say in the setting barrelfish.build.pathMap how that place calls the build directory and the source.'),
  ],
  'no-rule': ({ target }: DiagnosisFacts['no-rule']): CauseAndAdvice => [
    t('The Makefile has no rule for {0}.', target),
    t('Hake runs again by itself when a Hakefile changes, but not for a new one: touch an old one, and build again.'),
  ],
};
